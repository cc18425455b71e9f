import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { LateResponse } from '../guards/late-response';
import { ON_ANSWER_FAULT } from '../guards/metrics-response.guard';
import { writeDashboard, type DashboardRequest } from './dashboard-response';

type RoutedRequest = DashboardRequest & { readonly params: { readonly folder?: string; readonly file?: string } };

/** Writes the response, whatever interceptors of the application make of it: see `MetricsResponseGuard`. */
@Injectable()
export class DashboardResponseGuard implements CanActivate {
  constructor(@Inject(ON_ANSWER_FAULT) private readonly onFault: (fault: unknown) => void) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<RoutedRequest>();
    const { folder, file } = request.params;
    const name = folder === undefined ? file : `${folder}/${file}`;
    await writeDashboard(new LateResponse(context, this.onFault), request, name);
    return true;
  }
}
