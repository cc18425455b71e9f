import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { MetricsResponse } from '../metrics-response';
import { writeDashboard } from './dashboard-response';
import type { DashboardRequest } from './dashboard-response';

type RoutedRequest = DashboardRequest & { readonly params: { readonly folder?: string; readonly file?: string } };

/** Writes the response, before any interceptor of the application: see `MetricsResponseGuard`. */
@Injectable()
export class DashboardResponseGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<RoutedRequest>();
    const { folder, file } = request.params;
    const name = folder === undefined ? file : `${folder}/${file}`;
    await writeDashboard(http.getResponse<MetricsResponse>(), request, name);
    return true;
  }
}
