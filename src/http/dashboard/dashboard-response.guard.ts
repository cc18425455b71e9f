import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { answerWhenAdmitted } from '../guards/admitted-answer';
import { writeDashboard, type DashboardRequest } from './dashboard-response';

type RoutedRequest = DashboardRequest & { readonly params: { readonly folder?: string; readonly file?: string } };

/** Has the page, or a file of it, as the answer. */
@Injectable()
export class DashboardResponseGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<RoutedRequest>();
    const { folder, file } = request.params;
    const name = folder === undefined ? file : `${folder}/${file}`;
    answerWhenAdmitted(context, (response) => writeDashboard(response, request, name));
    return true;
  }
}
