import { BadRequestException, Injectable, type PipeTransform } from '@nestjs/common';

const MAX_LENGTH = 500;

@Injectable()
export class QuestionPipe implements PipeTransform<unknown, string> {
  transform(value: unknown): string {
    if (typeof value !== 'string' || value.trim() === '') {
      throw new BadRequestException('Ask a question: "question" is a text and not empty.');
    }
    const question = value.trim();
    if (question.length > MAX_LENGTH) {
      throw new BadRequestException(`"question" has ${MAX_LENGTH} characters at most, this one ${question.length}.`);
    }
    return question;
  }
}
