import { Injectable } from '@nestjs/common';
import { TrackAgent, TrackTool } from '../../src';

/** Runs whatever a test gives it, tracked. */
@Injectable()
export class Subject {
  @TrackAgent('subject')
  agent<Result>(body: () => Result): Result {
    return body();
  }

  @TrackTool('subject')
  tool<Result>(body: () => Result): Result {
    return body();
  }
}
