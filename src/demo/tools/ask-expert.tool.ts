import { Injectable } from '@nestjs/common';
import { firstValueFrom, fromEvent, NEVER, Subject, takeUntil } from 'rxjs';
import { currentExecution, TrackTool } from '../../index';

/** Asks a person. If nobody answers, the tool's limit ends the wait. */
@Injectable()
export class AskExpertTool {
  private readonly answers = new Subject<string>();

  @TrackTool('ask_expert')
  run(_question: string): Promise<string> {
    const signal = currentExecution()?.signal;
    return firstValueFrom(this.answers.pipe(takeUntil(signal ? fromEvent(signal, 'abort') : NEVER)));
  }

  /** Answers every question that waits. */
  answer(text: string): void {
    this.answers.next(text);
  }
}
