import { liveTrackings } from '../linking/application-link';

/** What stands for each application that is live, or is starting while none is. */
export function liveApplications(): readonly object[] {
  return liveTrackings();
}
