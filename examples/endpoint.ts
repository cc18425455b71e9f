import { Injectable, Module } from '@nestjs/common';
import { InjectMetric, makeCounterProvider, PrometheusModule } from '@willsoto/nestjs-prometheus';
import { MetricsModule } from 'nestjs-agent-metrics';
import { register, type Counter } from 'prom-client';

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
