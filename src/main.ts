import { startDemo } from './demo/start-demo';
import { StartupError } from './demo/startup.error';

startDemo(process.env).catch((error: unknown) => {
  // What the user can mend is one line; anything else is a bug, and its stack is what helps.
  console.error(error instanceof StartupError ? error.message : error);
  process.exit(1);
});
