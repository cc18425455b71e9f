import { takeApart } from './question-parts';

describe('takeApart', () => {
  it.each([
    ['What is 6 * 7?', '6 * 7'],
    ['What is (2+3)*4 / 5?', '(2+3)*4 / 5'],
    ['Calculate 6 * (7 + bananas)', '6 * (7 + bananas)'],
    ['How do I install it, and how much is 12 apples?', '12 apples'],
    ['Compute sqrt(2). Then install it.', 'sqrt(2)'],
  ])('finds the calculation in %j', (question, expression) => {
    expect(takeApart(question).expressions).toEqual([expression]);
  });

  it.each(['What changed on 2024-01-15?', 'Is prom-client 15.1.3 fine?', 'Does it run on Node 20/22?', 'What is C++?'])(
    'finds no calculation in %j',
    (question) => {
      expect(takeApart(question)).toEqual({ expressions: [], references: [], rest: question });
    },
  );

  it.each([
    ['What does the section "Set up" say?', 'Set up'],
    ['What does section “Set up” of docs/guide.md say?', 'docs/guide.md#Set up'],
    ['Read section "Use" in @nestjs/core.', '@nestjs/core#Use'],
    ['What is docs/guide.md#set-up about?', 'docs/guide.md#set-up'],
  ])('finds the section meant in %j', (question, reference) => {
    expect(takeApart(question).references).toEqual([reference]);
  });

  it('leaves the rest to be searched for', () => {
    const parts = takeApart('How do I register it? Calculate 1 + 1 and tell me what section "Use" says.');
    expect(parts.expressions).toEqual(['1 + 1']);
    expect(parts.references).toEqual(['Use']);
    expect(parts.rest.replace(/\s+/g, ' ')).toBe('How do I register it? and tell me what says.');
  });
});
