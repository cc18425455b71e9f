import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { MetricsModule } from 'nestjs-agent-metrics';

// #region token
function required(variable: string): string {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set.`);
  return value;
}

export const withToken = MetricsModule.forRootAsync({
  useFactory: () => ({ bearerToken: required('METRICS_TOKEN') }),
});
// #endregion

// #region rotation
export const duringRotation = MetricsModule.forRootAsync({
  useFactory: () => ({ bearerToken: required('METRICS_TOKENS').split(' ') }),
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
