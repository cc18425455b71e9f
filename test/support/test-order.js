const { readFileSync } = require('node:fs');
const { default: Sequencer } = require('@jest/test-sequencer');

/**
 * Files that collect garbage come first: a collection costs as much as the worker holds, which grows with each file. The
 * others follow as Jest has them, longest first.
 */
module.exports = class TestOrder extends Sequencer {
  sort(tests) {
    const inOrder = super.sort(tests);
    const collecting = new Set(inOrder.filter(({ path }) => collectsGarbage(path)));
    return [...collecting, ...inOrder.filter((test) => !collecting.has(test))];
  }
};

function collectsGarbage(path) {
  return readFileSync(path, 'utf8').includes('/garbage-collector');
}
