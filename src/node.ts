/**
 * What needs Node: the study file, threads, and programs in any language.
 */

export { threadCompute } from "./compute/thread.ts";
export { defineConfig, type ModuleConfig } from "./config/config.ts";
export { expression } from "./config/expression.ts";
export { type ProcessOptions, processes } from "./engines/process.ts";
export { type ThreadsOptions, threads } from "./engines/threads.ts";
export { type SqliteOptions, sqlite } from "./storages/sqlite.ts";
export { type Live, type LiveOptions, showLive } from "./terminal/live.ts";
export { bestCard, importanceBars } from "./terminal/summary.ts";
