/**
 * The first file of every thread of a pool: JavaScript, because a thread inherits no TypeScript loader from its process and Node 20 does
 * not apply `--import` before it resolves a thread's own file. Registers the loader, then imports the thread that was asked for.
 */
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
await import(workerData.threadFile);
