import { Body, Controller, HttpCode, Post, Query, Sse, type MessageEvent } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { CrewAnswer } from './crew-answer';
import { toClientError } from './crew-failure';
import { CrewService } from './crew.service';
import { QuestionPipe } from './question.pipe';
import { toServerSentEvents } from './server-sent-events';

@Controller('crew')
export class CrewController {
  constructor(private readonly crew: CrewService) {}

  @Post('ask')
  @HttpCode(200)
  ask(@Body('question', QuestionPipe) question: string): Promise<CrewAnswer> {
    return this.crew.ask(question).catch((error: unknown) => {
      throw toClientError(error);
    });
  }

  @Sse('stream')
  stream(@Query('question', QuestionPipe) question: string): Observable<MessageEvent> {
    return toServerSentEvents((signal) => this.crew.stream(question, signal));
  }
}
