import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { answerWhenAdmitted } from '../guards/admitted-answer';
import type { DashboardRequest } from './dashboard-response';
import { openPage } from './page.door';
import type { PageSettings } from './page-settings';

type RoutedRequest = DashboardRequest & { readonly params: { readonly folder?: string; readonly file?: string } };

/** The injection token of the page's settings. */
export const PAGE_SETTINGS = Symbol('PAGE_SETTINGS');

/** Answers with the page, or with one of its files. */
@Injectable()
export class DashboardResponseGuard implements CanActivate {
  constructor(@Inject(PAGE_SETTINGS) private readonly settings: PageSettings) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<RoutedRequest>();
    const { folder, file } = request.params;
    const name = file === undefined ? undefined : `${folder}/${file}`;
    answerWhenAdmitted(context, async (response) =>
      openPage().writeDashboard(response, request, { name, settings: this.settings }),
    );
    return true;
  }
}
