import {
  BadGatewayException,
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
import { AISDKError, APICallError } from 'ai';
import { catchError, throwError, type Observable } from 'rxjs';
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
      throw explained(error);
    });
  }

  @Sse('stream')
  stream(@Query('question', TextPipe) question: string): Observable<CrewEvent> {
    return this.crew.stream(question).pipe(catchError((error: unknown) => throwError(() => explained(error))));
  }

  /** The user is the expert whom `ask_expert` waits for. */
  @Post('expert')
  @HttpCode(204)
  answer(@Body('answer', TextPipe) answer: string): void {
    this.expert.answer(answer);
  }
}

/** What no bug has caused says so by its status: asking again may help. */
function explained(error: unknown): unknown {
  if (error instanceof ExecutionTimeoutError) return new GatewayTimeoutException(error.message);
  const reason = reasonOf(error);
  return reason === undefined ? error : new BadGatewayException(`The model gave no answer: ${reason}.`);
}

/** Undefined where the model and its server have no part in it. */
function reasonOf(error: unknown): string | undefined {
  const { cause } = error as Error;
  // Of a connection that failed.
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  if (code !== undefined) return code;
  if (APICallError.isInstance(error) && (error.statusCode ?? 0) >= 400) return `HTTP ${error.statusCode}`;
  return AISDKError.isInstance(error) ? error.message : undefined;
}
