import type { FamilyDescription } from './metric-families';

/** The one family that is about all processes. It has no label `worker`: it is the same whichever process is asked. */
export const WORKERS_FAMILY: FamilyDescription = {
  name: 'workers',
  type: 'gauge',
  help: 'Processes of the application on this machine by whether they have answered. The series of silent ones are missing.',
  labels: [],
  sampleLabel: 'state',
};
