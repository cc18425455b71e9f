import {
  BadRequestException,
  Body,
  Controller,
  GatewayTimeoutException,
  HttpCode,
  Injectable,
  Post,
  Query,
  Sse,
  type PipeTransform,
} from '@nestjs/common';
import type { Observable } from 'rxjs';
import { ExecutionTimeoutError } from '../../index';
import { AskExpertTool } from '../tools/ask-expert.tool';
import type { CrewAnswer, CrewEvent } from './crew-event';
import { CrewService } from './crew.service';

const MAX_LENGTH = 500;

@Injectable()
class TextPipe implements PipeTransform<unknown, string> {
  transform(value: unknown): string {
    const text = typeof value === 'string' ? value.trim() : '';
    if (text !== '' && text.length <= MAX_LENGTH) return text;
    throw new BadRequestException(`Send a question or an answer: a text of 1 to ${MAX_LENGTH} characters.`);
  }
}

@Controller('crew')
export class CrewController {
  constructor(
    private readonly crew: CrewService,
    private readonly expert: AskExpertTool,
  ) {}

  @Post('ask')
  @HttpCode(200)
  ask(@Body('question', TextPipe) question: string): Promise<CrewAnswer> {
    return this.crew.ask(question).catch((error: unknown) => {
      // An agent at its limit is no bug, and asking again may help.
      throw error instanceof ExecutionTimeoutError ? new GatewayTimeoutException(error.message) : error;
    });
  }

  @Sse('stream')
  stream(@Query('question', TextPipe) question: string): Observable<CrewEvent> {
    return this.crew.stream(question);
  }

  /** The user is the expert whom `ask_expert` waits for. */
  @Post('expert')
  @HttpCode(204)
  answer(@Body('answer', TextPipe) answer: string): void {
    this.expert.answer(answer);
  }
}
