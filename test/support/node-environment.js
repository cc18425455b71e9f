const { AsyncLocalStorage } = require('node:async_hooks');
const vm = require('node:vm');
const { TestEnvironment } = require('jest-environment-node');

const { compileFunction } = vm;

/** By file. What changes it is compiled anew. */
const compiled = new Map();

/**
 * Jest compiles each module of each test file: Nest and all that it needs a hundred times over, and then each function again when
 * it is first called, which took a quarter of the time of all tests. V8 runs a script in as many contexts as there are, so
 * that a worker compiles a module once; what the module makes is new in each.
 */
function compileOnce(source, parameters, options) {
  const { filename, parsingContext } = options ?? {};
  // Whoever else calls it.
  if (parsingContext === undefined || parameters?.[0] !== 'module') return compileFunction(source, parameters, options);
  let known = compiled.get(filename);
  if (known?.source !== source) {
    const head = `(function (${parameters.join(', ')}) {`;
    const script = new vm.Script(`${head}${source}\n})`, { filename, columnOffset: -head.length });
    compiled.set(filename, (known = { source, script }));
  }
  return known.script.runInContext(parsingContext);
}

/** Those that the file's modules have switched on, Jest's own among them. */
const contexts = new Set();

/**
 * Before Node 24, every promise of a process hears of every context that is on: with those of a hundred files before it, a
 * test of many promises took eight times as long.
 */
function rememberContexts() {
  const { _enable: enable } = AsyncLocalStorage.prototype;
  if (enable === undefined) return;
  AsyncLocalStorage.prototype._enable = function () {
    contexts.add(this);
    return enable.call(this);
  };
}

rememberContexts();

module.exports = class NodeEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    // Coverage is told by where things stand in the source.
    vm.compileFunction = config.globalConfig.collectCoverage ? compileFunction : compileOnce;
  }

  async teardown() {
    await super.teardown();
    for (const context of contexts) context.disable();
    contexts.clear();
  }
};
