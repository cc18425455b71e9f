import { describeValue } from '../../runtime/described-value';
import type { Clock } from '../clock';
import type { CallUsage } from '../models/call-usage';
import type { Budget, BudgetState } from './budget';
import { BudgetAccounts, type SubjectAccounts } from './budget-accounts';
import type { BudgetExceededError } from './budget-exceeded.error';
import type { BudgetStore } from './budget-store';
import { BudgetStoreError } from './budget-store.error';
import { CallEstimates } from './call-estimates';
import { amountOf, HeldReservation, type Draw, type JudgedDraw, type Reservation } from './held-reservation';
import { StoreLink } from './store-exchange';

/** Subjects that are read of one budget. */
const MAX_READ = 100;

/** A model call, as budgets see it. Names are in their form. */
export interface BudgetedCall {
  readonly model: string;
  /** Every agent that runs around it; one that is in it twice draws once. */
  readonly agents: readonly string[];
  /** The breakdown's value; undefined where it has none. */
  readonly breakdown: string | undefined;
}

/** Why a call may not begin. */
export type BudgetRefusal = BudgetExceededError | BudgetStoreError;

/** What budgets need of the rooms around them. */
export interface BudgetPorts {
  readonly clock: Clock;
  /** Logs a message; callers see to it that it is rare. */
  warn(message: string): void;
  /** Logs a fault, once for each place. */
  report(where: string, fault: unknown): void;
}

/** The budgets of one application: who may spend how much, and what was spent. */
export class BudgetBook {
  /** One for each budget, in the order of the options. */
  readonly budgets: readonly BudgetAccounts[];
  private readonly link: StoreLink | undefined;
  private readonly estimates = new CallEstimates();
  private isStoreFaultLogged = false;

  constructor(
    budgets: readonly Budget[],
    store: BudgetStore | undefined,
    private readonly ports: BudgetPorts,
  ) {
    const { clock } = ports;
    if (store !== undefined) this.link = new StoreLink(store, clock, (fault) => this.logStoreFault(fault));
    const born = clock.wallTime();
    this.budgets = budgets.map(
      (budget) => new BudgetAccounts(budget, this.link, born, (where, fault) => ports.report(where, fault)),
    );
  }

  /** Whether there are any: without, a call need not ask. */
  get isEmpty(): boolean {
    return this.budgets.length === 0;
  }

  /**
   * Asks for room for one call on every budget that it draws on, on all of them or on none. Never throws or rejects.
   * Without a store the answer is there at once.
   */
  reserve(call: BudgetedCall): Reservation | BudgetRefusal | Promise<Reservation | BudgetRefusal> {
    const draws = this.drawsOf(call);
    const isShared = this.link !== undefined && !this.link.isClosed;
    return isShared && draws.some(isJudgedByStore) ? this.ask(call, draws) : this.decide(call, draws);
  }

  /** The same without waiting, by what the store has last said; it is told afterwards. */
  reserveNow(call: BudgetedCall): Reservation | BudgetRefusal {
    return this.decide(call, this.drawsOf(call));
  }

  /** Spends what was not reserved: a record made by hand, or usage that has come late. */
  spend(call: BudgetedCall, usage: CallUsage): void {
    for (const { account } of this.drawsOf(call)) account.settle(0, amountOf(account, usage));
    this.estimates.add(call.model, usage);
  }

  /** Whether other processes spend the same budgets, as far as a store tells. */
  get isShared(): boolean {
    return this.link !== undefined;
  }

  /** Of each budget the present window: the application, or at most 100 subjects that are nearest to their limit. */
  read(): BudgetState[] {
    const wallTime = this.ports.clock.wallTime();
    return this.budgets.flatMap((budget) => {
      const states = budget.read(wallTime);
      const nearestFirst = states.toSorted((one, other) => (other.spentRatio ?? -1) - (one.spentRatio ?? -1));
      return nearestFirst.slice(0, MAX_READ);
    });
  }

  /** Tells the store the last figures and closes it; waits for it no longer than a call would. Reading goes on working. */
  async close(): Promise<void> {
    if (this.link?.isClosed === false) await this.link.close();
  }

  private drawsOf({ model, agents, breakdown }: BudgetedCall): Draw[] {
    const wallTime = this.ports.clock.wallTime();
    const draws: Draw[] = [];
    for (const budget of this.budgets) {
      const { by } = budget.budget;
      if (by === 'application') this.addDraws(draws, budget, budget.open('', wallTime), model);
      else if (by === 'agent') for (const id of agents) this.addDraws(draws, budget, budget.open(id, wallTime), model);
      else if (breakdown !== undefined) this.addDraws(draws, budget, budget.open(breakdown, wallTime), model);
    }
    return draws;
  }

  /** Unless the call draws on that subject already. */
  private addDraws(draws: Draw[], budget: BudgetAccounts, subject: SubjectAccounts, model: string): void {
    if (draws.some((draw) => draw.subject === subject)) return;
    for (const account of subject.accounts) {
      const { measure } = account;
      const amount = this.estimates.largest(model, measure) ?? budget.budget.reserve?.[measure.name] ?? 0;
      draws.push({ budget, subject, account, estimate: Math.round(amount * measure.unitsPerOne) });
    }
  }

  /** By what is known now. */
  private decide(call: BudgetedCall, draws: readonly Draw[]): Reservation | BudgetRefusal {
    const exceeded = draws.filter(({ account, estimate }) => !account.hasRoom(estimate));
    const refused = exceeded.find(stops);
    if (refused !== undefined) return this.refuse(refused);
    for (const { account, estimate } of draws) account.hold(estimate);
    return this.admit(call, draws, exceeded);
  }

  /** By what the store says. */
  private async ask(call: BudgetedCall, draws: readonly Draw[]): Promise<Reservation | BudgetRefusal> {
    const judged = await Promise.all(draws.map(judge));
    const unheard = judged.filter(({ isHeard }) => !isHeard);
    for (const budget of new Set(unheard.map(({ budget }) => budget))) budget.storeFaults++;
    const refused = judged.find((draw) => stops(draw) && !draw.hasRoom);
    const unanswered = this.link?.stopsOnFault === true ? unheard[0] : undefined;
    if (refused === undefined && unanswered === undefined) {
      return this.admit(
        call,
        draws,
        judged.filter(({ hasRoom }) => !hasRoom),
      );
    }
    for (const draw of judged) if (draw.hasRoom || !stops(draw)) draw.account.release(draw.estimate);
    return refused === undefined ? this.refuseUnanswered(unanswered!) : this.refuse(refused);
  }

  private admit(call: BudgetedCall, draws: readonly Draw[], exceeded: readonly Draw[]): Reservation {
    for (const budget of new Set(exceeded.map(({ budget }) => budget))) budget.exceededCalls++;
    for (const draw of exceeded) this.reportOnce(draw);
    return new HeldReservation(draws, call.model, this.estimates);
  }

  private refuse({ budget, subject, account }: Draw): BudgetExceededError {
    budget.exceededCalls++;
    return budget.refusal(subject, account);
  }

  private refuseUnanswered({ budget }: Draw): BudgetStoreError {
    return new BudgetStoreError(budget.budget.name, this.link!.timeoutMs);
  }

  private reportOnce({ budget, subject, account }: Draw): void {
    if (subject.window.isReported) return;
    subject.window.isReported = true;
    const { message } = budget.refusal(subject, account);
    this.ports.warn(`${message} The call goes on (onExceeded: 'report'). Further calls are not logged in this window.`);
  }

  private logStoreFault(fault: unknown): void {
    if (this.isStoreFaultLogged) return;
    this.isStoreFaultLogged = true;
    const calls = this.link?.stopsOnFault === true ? 'are refused' : 'are decided by what this process knows';
    this.ports.warn(
      `The budget store failed: ${describeValue(fault)}. Until it answers, model calls ${calls}. Further faults are ` +
        'counted and not logged.',
    );
  }
}

function stops({ budget }: Draw): boolean {
  return budget.budget.onExceeded !== 'report';
}

/** Without a limit, or where the call goes on in any case, there is no need to wait for the store. */
function isJudgedByStore(draw: Draw): boolean {
  return draw.account.limit < Infinity && stops(draw);
}

async function judge(draw: Draw): Promise<JudgedDraw> {
  const { account, estimate } = draw;
  if (isJudgedByStore(draw)) return { ...draw, ...(await account.holdIfRoom(estimate)) };
  const hasRoom = account.hasRoom(estimate);
  account.hold(estimate);
  return { ...draw, hasRoom, isHeard: true };
}
