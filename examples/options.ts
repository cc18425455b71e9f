import { Injectable, Module } from '@nestjs/common';
import { MetricsModule, type MetricsModuleOptions, type MetricsOptionsFactory } from 'nestjs-agent-metrics';

// #region factory
@Injectable()
export class Settings {
  readonly environment: Readonly<Record<string, string | undefined>> = process.env;
}

@Module({ providers: [Settings], exports: [Settings] })
export class SettingsModule {}

export const withFactory = MetricsModule.forRootAsync({
  imports: [SettingsModule],
  inject: [Settings],
  useFactory: ({ environment }: Settings) => ({
    enabled: environment.METRICS !== 'off',
    defaultLabels: { region: environment.REGION ?? 'local' },
  }),
  endpoint: { path: '/internal/metrics' },
});
// #endregion

// #region class
@Injectable()
export class MetricsSettings implements MetricsOptionsFactory {
  createMetricsOptions(): MetricsModuleOptions {
    return { historySize: 100 };
  }
}

export const withClass = MetricsModule.forRootAsync({ useClass: MetricsSettings });
// #endregion
