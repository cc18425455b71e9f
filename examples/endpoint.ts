import { Injectable, Module } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { InjectMetric, makeCounterProvider, PrometheusModule } from '@willsoto/nestjs-prometheus';
import { MetricsModule } from 'nestjs-agent-metrics';
import { register } from 'prom-client';
import type { Counter } from 'prom-client';

// #region token
export const withToken = MetricsModule.forRootAsync({
  useFactory: () => ({ bearerToken: process.env.METRICS_TOKEN ?? 'change-me' }),
});
// #endregion

// #region guard
@Injectable()
export class OperatorsOnly implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
    return headers['x-role'] === 'operator';
  }
}

export const withGuard = MetricsModule.forRoot({ endpoint: { guards: [OperatorsOnly] } });
// #endregion

// #region listener
export const onAnotherPort = MetricsModule.forRoot({
  listen: { port: 9464 + Number(process.env.NODE_APP_INSTANCE ?? 0), host: '127.0.0.1' },
});
// #endregion

// #region own-metrics
@Injectable()
export class OrdersService {
  constructor(@InjectMetric('orders_total') private readonly orders: Counter) {}

  order() {
    this.orders.inc();
  }
}

@Module({
  imports: [MetricsModule.forRoot()],
  providers: [OrdersService, makeCounterProvider({ name: 'orders_total', help: 'Orders' })],
})
export class OrdersModule {}
// #endregion

// #region beside
@Module({
  imports: [
    PrometheusModule.register(),
    MetricsModule.forRoot({ registry: register, defaultMetrics: false, endpoint: { path: 'crew' } }),
  ],
})
export class BesidePrometheusModule {}
// #endregion
