import type { FactoryProvider, Provider } from '@nestjs/common';
import { METRICS_OPTIONS } from './metrics.constants';
import type { MetricsAsyncOptions, MetricsModuleOptions, MetricsOptionsFactory } from './metrics.options';
import { openOptions } from './options.door';

type OptionsSource = Pick<MetricsAsyncOptions, 'inject' | 'useFactory' | 'useClass' | 'useExisting'>;

/** The providers that make the options in one of the three ways, checked like those of `forRoot`. */
export function createOptionsProviders({ inject = [], useFactory, useClass, useExisting }: OptionsSource): Provider[] {
  const ways = [useFactory, useClass, useExisting].filter((way) => way !== undefined);
  if (ways.length !== 1) {
    throw new TypeError(
      `MetricsModule.forRootAsync takes one of useFactory, useClass and useExisting, and got ${ways.length} of them.`,
    );
  }
  if (useFactory !== undefined) return [resolving(useFactory, inject)];
  const create = (factory: MetricsOptionsFactory) => factory.createMetricsOptions();
  if (useClass === undefined) return [resolving(create, [useExisting!])];
  return [resolving(create, [useClass]), { provide: useClass, useClass }];
}

function resolving(
  create: (...injected: never[]) => MetricsModuleOptions | Promise<MetricsModuleOptions>,
  inject: NonNullable<FactoryProvider['inject']>,
): FactoryProvider {
  return {
    provide: METRICS_OPTIONS,
    inject,
    useFactory: async (...injected: never[]) => openOptions().resolveOptions(await create(...injected)),
  };
}
