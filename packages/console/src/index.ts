export { ConsoleError } from './errors';
export { main } from './main';
export { type ConsoleOptions, type RunningConsole, startConsole } from './start-console';
