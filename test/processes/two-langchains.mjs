import { createRequire } from 'node:module';
import * as callbackManagerModule from '@langchain/core/callbacks/manager';
import * as esm from 'langchain';

// An ES module, so that it loads that copy of LangChain; `require` loads the other one.
const require = createRequire(import.meta.url);
const cjs = require('langchain');
require('reflect-metadata');
const { NestFactory } = require('@nestjs/core');
const { MetricsCollector } = require('../../src');
const { MetricsTestingModule } = require('../../src/testing');
const { instrumentLangChain } = require('../../src/adapters/langchain');

const app = await NestFactory.createApplicationContext(MetricsTestingModule.forRoot(), { logger: false });

const run = ({ createAgent, fakeModel, AIMessage }, name) =>
  createAgent({ name, model: fakeModel().respond(new AIMessage('Done.')), tools: [] }).invoke({ messages: 'Go on.' });
const counted = () => [...app.get(MetricsCollector).getAgents().keys()];
const report = {};

instrumentLangChain(callbackManagerModule);
await run(cjs, 'cjs');
report['an agent of the other copy'] = counted();
await run(esm, 'esm');
report['an agent of this copy'] = counted();
instrumentLangChain(require('@langchain/core/callbacks/manager'));
await run(cjs, 'cjs');
report.both = counted();

await app.close();
console.log(JSON.stringify(report));
