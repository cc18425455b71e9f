import typescript from 'typescript';
import { addMetricsModule } from './module-edit';

const NEST = "import { Module } from '@nestjs/common';";
const OURS = "import { MetricsModule } from 'nestjs-agent-metrics';";

/** A file with one module whose decorator is given. */
const file = (decorator: string, imports = NEST) => `${imports}\n\n${decorator}\nexport class AppModule {}\n`;

function edited(text: string, className = 'AppModule'): string {
  const edit = addMetricsModule(typescript, text, className);
  if (edit.kind !== 'changed') throw new Error(JSON.stringify(edit));
  // Whatever it was made of, it is a program, and a second time there is nothing to do.
  expect(typescript.transpileModule(edit.text, { reportDiagnostics: true }).diagnostics).toEqual([]);
  expect(addMetricsModule(typescript, edit.text, className)).toEqual({ kind: 'present' });
  return edit.text;
}

describe('imports of the decorator', () => {
  it.each([
    ['empty object', '@Module({})', '@Module({ imports: [MetricsModule.forRoot()] })'],
    ['empty object with a space', '@Module({ })', '@Module({ imports: [MetricsModule.forRoot()] })'],
    ['empty object on two lines', '@Module({\n})', '@Module({\n  imports: [MetricsModule.forRoot()],\n})'],
    [
      'object of a comment',
      '@Module({\n  // nothing yet\n})',
      '@Module({\n  // nothing yet\n  imports: [MetricsModule.forRoot()],\n})',
    ],
    [
      'object of a comment on one line',
      '@Module({ /* - */ })',
      '@Module({ /* - */ imports: [MetricsModule.forRoot()] })',
    ],
    [
      'no imports, one line',
      '@Module({ controllers: [A] })',
      '@Module({ imports: [MetricsModule.forRoot()], controllers: [A] })',
    ],
    [
      'no imports, one line without spaces',
      '@Module({controllers: [A]})',
      '@Module({imports: [MetricsModule.forRoot()], controllers: [A]})',
    ],
    [
      'no imports, several lines',
      '@Module({\n  // A leads.\n  controllers: [A],\n  providers: [B]\n})',
      '@Module({\n  imports: [MetricsModule.forRoot()],\n  // A leads.\n  controllers: [A],\n  providers: [B]\n})',
    ],
    [
      'no imports, a comment behind the bracket',
      '@Module({ // the root\n  controllers: [A],\n})',
      '@Module({ // the root\n  imports: [MetricsModule.forRoot()],\n  controllers: [A],\n})',
    ],
    ['empty array', '@Module({ imports: [] })', '@Module({ imports: [MetricsModule.forRoot()] })'],
    [
      'empty array on two lines',
      '@Module({\n  imports: [\n  ],\n})',
      '@Module({\n  imports: [\n    MetricsModule.forRoot(),\n  ],\n})',
    ],
    [
      'array of a comment',
      '@Module({\n  imports: [\n    // none\n  ],\n})',
      '@Module({\n  imports: [\n    // none\n    MetricsModule.forRoot(),\n  ],\n})',
    ],
    [
      'array of a comment on one line',
      '@Module({ imports: [/* - */] })',
      '@Module({ imports: [/* - */ MetricsModule.forRoot()] })',
    ],
    ['one line', '@Module({ imports: [A, B] })', '@Module({ imports: [A, B, MetricsModule.forRoot()] })'],
    ['one line, trailing comma', '@Module({ imports: [A,] })', '@Module({ imports: [A, MetricsModule.forRoot(),] })'],
    [
      'one line, comment',
      '@Module({ imports: [A /* a */] })',
      '@Module({ imports: [A, /* a */ MetricsModule.forRoot()] })',
    ],
    [
      'one line, comment to its end',
      '@Module({\n  imports: [A // a\n  ],\n})',
      '@Module({\n  imports: [A, // a\n  MetricsModule.forRoot()\n  ],\n})',
    ],
    [
      'several lines',
      '@Module({\n  imports: [\n    A,\n    B\n  ]\n})',
      '@Module({\n  imports: [\n    A,\n    B,\n    MetricsModule.forRoot()\n  ]\n})',
    ],
    [
      'several lines, trailing comma',
      '@Module({\n  imports: [\n    A,\n    B,\n  ],\n})',
      '@Module({\n  imports: [\n    A,\n    B,\n    MetricsModule.forRoot(),\n  ],\n})',
    ],
    [
      'several lines, comments',
      '@Module({\n  imports: [\n    // first\n    A, // a\n    B, // b\n    // C,\n  ],\n})',
      '@Module({\n  imports: [\n    // first\n    A, // a\n    B, // b\n    MetricsModule.forRoot(),\n    // C,\n  ],\n})',
    ],
    [
      'several lines, comment without a comma',
      '@Module({\n  imports: [\n    A,\n    B // b\n  ],\n})',
      '@Module({\n  imports: [\n    A,\n    B, // b\n    MetricsModule.forRoot()\n  ],\n})',
    ],
    [
      'tabs',
      '@Module({\n\timports: [\n\t\tA,\n\t],\n})',
      '@Module({\n\timports: [\n\t\tA,\n\t\tMetricsModule.forRoot(),\n\t],\n})',
    ],
    ['tabs, empty object', '@Module({\n})', '@Module({\n\timports: [MetricsModule.forRoot()],\n})', '\tlater();\n'],
    [
      'dynamic modules',
      '@Module({\n  imports: [\n    ConfigModule.forRoot({\n      isGlobal: true,\n    }),\n    forwardRef(() => B),\n  ],\n})',
      '@Module({\n  imports: [\n    ConfigModule.forRoot({\n      isGlobal: true,\n    }),\n    forwardRef(() => B),\n    MetricsModule.forRoot(),\n  ],\n})',
    ],
    [
      'dynamic module that begins on the line of the bracket',
      '@Module({\n  imports: [ConfigModule.forRoot({\n    isGlobal: true,\n  })],\n})',
      '@Module({\n  imports: [ConfigModule.forRoot({\n    isGlobal: true,\n  }), MetricsModule.forRoot()],\n})',
    ],
    ['quoted name', "@Module({ 'imports': [A] })", "@Module({ 'imports': [A, MetricsModule.forRoot()] })"],
    [
      'other decorators',
      '@Global()\n@Module({ imports: [A] })',
      '@Global()\n@Module({ imports: [A, MetricsModule.forRoot()] })',
    ],
  ])('%s', (_, before, after, rest = '') => {
    expect(edited(file(before) + rest)).toBe(file(after, `${NEST}\n${OURS}`) + rest);
  });
});

describe('the import', () => {
  const before = '@Module({ imports: [] })';
  const after = '@Module({ imports: [MetricsModule.forRoot()] })';

  it.each([
    [
      'keeps double quotes',
      'import { Module } from "@nestjs/common";',
      'import { MetricsModule } from "nestjs-agent-metrics";',
    ],
    [
      'goes without a semicolon',
      "import { Module } from '@nestjs/common'",
      "import { MetricsModule } from 'nestjs-agent-metrics'",
    ],
    [
      'stands behind the last one and its comment',
      "import {\n  Module,\n} from '@nestjs/common';\nimport './setup'; // first of all",
      OURS,
    ],
    ['stands behind an import of types', `${NEST}\nimport type { TrackOptions } from 'nestjs-agent-metrics';`, OURS],
  ])('%s', (_, imports, added) => {
    expect(edited(file(before, imports))).toBe(file(after, `${imports}\n${added}`));
  });

  it.each([
    [
      'joins the names on one line',
      `${NEST}\nimport { TrackAgent } from 'nestjs-agent-metrics';`,
      `${NEST}\nimport { TrackAgent, MetricsModule } from 'nestjs-agent-metrics';`,
    ],
    [
      'joins the names on several lines',
      `${NEST}\nimport {\n  TrackAgent,\n  TrackTool,\n} from 'nestjs-agent-metrics';`,
      `${NEST}\nimport {\n  TrackAgent,\n  TrackTool,\n  MetricsModule,\n} from 'nestjs-agent-metrics';`,
    ],
    ['is not repeated', `${OURS}\n${NEST}`, `${OURS}\n${NEST}`],
  ])('%s', (_, imports, expected) => {
    expect(edited(file(before, imports))).toBe(file(after, expected));
  });

  it('keeps the name that it has already', () => {
    const imports = `${NEST}\nimport { MetricsModule as Metrics } from 'nestjs-agent-metrics';`;
    expect(edited(file(before, imports))).toBe(file('@Module({ imports: [Metrics.forRoot()] })', imports));
  });

  it('takes another name where the file has a MetricsModule of its own', () => {
    const imports = `${NEST}\nimport { MetricsModule } from './metrics.module';`;
    expect(edited(file('@Module({ imports: [MetricsModule] })', imports))).toBe(
      file(
        '@Module({ imports: [MetricsModule, AgentMetricsModule.forRoot()] })',
        `${imports}\nimport { MetricsModule as AgentMetricsModule } from 'nestjs-agent-metrics';`,
      ),
    );
  });
});

describe('the file', () => {
  it('keeps its line breaks', () => {
    const text = file('@Module({\n  imports: [\n    A,\n  ],\n})').replaceAll('\n', '\r\n');
    const expected = file(
      '@Module({\n  imports: [\n    A,\n    MetricsModule.forRoot(),\n  ],\n})',
      `${NEST}\n${OURS}`,
    );
    expect(edited(text)).toBe(expected.replaceAll('\n', '\r\n'));
    expect(edited('\uFEFF' + text)).toBe('\uFEFF' + expected.replaceAll('\n', '\r\n'));
  });

  it('may hold several classes', () => {
    const rest =
      '\n@Injectable()\nclass Service {}\n\n@Module({ providers: [Service] })\nexport class OtherModule {}\n';
    expect(edited(file('@Module({ imports: [OtherModule] })') + rest)).toBe(
      file('@Module({ imports: [OtherModule, MetricsModule.forRoot()] })', `${NEST}\n${OURS}`) + rest,
    );
  });

  it.each([
    ['another name', "import { Module as NestModule } from '@nestjs/common';", 'NestModule'],
    ['a namespace', "import * as nest from '@nestjs/common';", 'nest.Module'],
  ])('may know Module by %s', (_, imports, name) => {
    expect(edited(file(`@${name}({ imports: [A] })`, imports))).toBe(
      file(`@${name}({ imports: [A, MetricsModule.forRoot()] })`, `${imports}\n${OURS}`),
    );
  });

  it('needs no class name where it holds one module', () => {
    const text = `${NEST}\n\n@Module({ imports: [] })\nexport default class {}\n`;
    expect(addMetricsModule(typescript, text)).toEqual({
      kind: 'changed',
      text: `${NEST}\n${OURS}\n\n@Module({ imports: [MetricsModule.forRoot()] })\nexport default class {}\n`,
    });
  });
});

describe('present', () => {
  it.each([
    ['with options', file('@Module({ imports: [MetricsModule.forRoot({ prefix: "x" })] })', `${NEST}\n${OURS}`)],
    ['asynchronously', file('@Module({ imports: [MetricsModule.forRootAsync({})] })', `${NEST}\n${OURS}`)],
    [
      'by hand',
      `${NEST}\n${OURS}\nconst all = [MetricsModule.forRoot()];\n@Module({ imports: all })\nclass AppModule {}\n`,
    ],
  ])('%s', (_, text) => {
    expect(addMetricsModule(typescript, text, 'AppModule')).toEqual({ kind: 'present' });
  });
});

describe('left to its author', () => {
  it.each([
    ['its @Module() takes something else than an object literal', file('@Module(metadata)')],
    ['its @Module() takes something else than an object literal', file('@Module({ imports: [] } as ModuleMetadata)')],
    ['its @Module() spreads another object', file('@Module({ imports: [A], ...metadata })')],
    ['its @Module() has computed names', file("@Module({ ['imports']: [A] })")],
    ['its imports are not an array literal', file('@Module({ imports: someVariable })')],
    ['its imports are not an array literal', file('@Module({ imports })')],
    ['its imports are not an array literal', file('@Module({ imports: [A].concat(B) })')],
    ['its imports spread another array', file('@Module({ imports: [...shared, A] })')],
    ['there is no class AppModule with @Module() in it', `${NEST}\nexport class AppModule {}\n`],
    [
      'there is no class AppModule with @Module() in it',
      file('@Module({ imports: [] })', "import { Module } from './own';"),
    ],
  ])('%s: %#', (reason, text) => {
    expect(addMetricsModule(typescript, text, 'AppModule')).toEqual({ kind: 'by-hand', reason });
  });

  it.each([
    ['there are several modules in it', file('@Module({})') + '@Module({})\nclass OtherModule {}\n'],
    ['there is no class with @Module() in it', NEST],
  ])('%s', (reason, text) => {
    expect(addMetricsModule(typescript, text)).toEqual({ kind: 'by-hand', reason });
  });
});
