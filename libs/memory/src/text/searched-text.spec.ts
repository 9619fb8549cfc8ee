import { describe, expect, it } from '@jest/globals';
import { scalarField, searchedText } from './searched-text.js';

describe('searchedText', () => {
  it('takes the configured text fields in their order', () => {
    expect(searchedText({ note: 'n', content: 'c', text: 't' }, ['text', 'content'])).toBe('t\nc');
  });

  it('takes every string when no text field is there, however deep', () => {
    expect(searchedText({ a: 'one', b: { c: ['two', 3] }, d: ' ' }, ['text'])).toBe('one\ntwo');
  });

  it('takes names and values of a payload without any string', () => {
    expect(searchedText({ speed: 42, tags: [true] }, ['text'])).toBe('speed 42 tags true');
    expect(searchedText({}, ['text'])).toBe('');
  });

  it('is the same for equal payloads, in whatever order their names stand', () => {
    const one = { b: 'bread', a: { 10: 'ten', 9: 'nine', z: 'last' } };
    const two = { a: { z: 'last', 9: 'nine', 10: 'ten' }, b: 'bread' };
    expect(searchedText(one, ['text'])).toBe(searchedText(two, ['text']));
    expect(searchedText({ y: 1, x: 2 }, ['text'])).toBe(searchedText({ x: 2, y: 1 }, ['text']));
  });

  it('takes all of a text, however long it is', () => {
    const text = `${'x'.repeat(99_999)}😀${' and on'.repeat(50_000)} to the tangerine`;
    expect(searchedText({ text }, ['text'])).toBe(text);
  });
});

describe('scalarField', () => {
  it('gives the first usable value as text', () => {
    expect(scalarField({ session: '', session_id: 7, thread: 't' }, ['session', 'session_id', 'thread'])).toBe('7');
  });

  it('follows dotted paths, and prefers a field of that very name', () => {
    expect(scalarField({ meta: { author: 'Ada' } }, ['meta.author'])).toBe('Ada');
    expect(scalarField({ 'meta.author': 'Eve', meta: { author: 'Ada' } }, ['meta.author'])).toBe('Eve');
    expect(searchedText({ doc: { body: 'inside' }, note: 'outside' }, ['doc.body'])).toBe('inside');
  });

  it('gives null when no field has a scalar', () => {
    expect(scalarField({ session: { id: 1 } }, ['session', 'toString'])).toBeNull();
  });
});
