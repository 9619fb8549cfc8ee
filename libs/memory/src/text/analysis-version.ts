/**
 * Version of the analysis of texts, kept beside stored terms: raise it with every change by which a text or a query gets
 * other terms, frequencies or lengths, so that stored ones are known to be outdated.
 */
export const ANALYSIS_VERSION = 2;
