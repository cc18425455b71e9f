// What the door of this folder opens.
export { executionReader, momentOf, toRunningExecutions } from './execution.reader';
export { NumbersReader } from './numbers.reader';
