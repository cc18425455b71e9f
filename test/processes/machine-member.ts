import { MachineMember } from '../../src/machine/machine-member';

/** A bare process of the machine: says its slot, and leaves or ends as it is told. */
async function main([directory, application]: string[]): Promise<void> {
  const instance = { id: 'bare', version: '0' };
  const member = new MachineMember({ application, directory, prefix: 'crew', instance });
  process.on('message', (order) => {
    if (order === 'join') void member.join(async () => []).then(() => process.send!(member.worker!));
    if (order === 'leave') void member.leave().then(() => process.disconnect());
  });
  process.send!('ready');
}

void main(process.argv.slice(2));
