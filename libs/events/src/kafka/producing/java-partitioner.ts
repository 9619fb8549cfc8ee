import { Partitioners } from 'kafkajs';

/** Murmur2 of the key, the Java client's default, so that other producers put the same memory on the same partition. */
export const javaPartitioner = Partitioners.DefaultPartitioner;
