import { liveTrackings } from '../linking/application-link';

/** An object of each application that is live, or is starting while none is. */
export function liveApplications(): readonly object[] {
  return liveTrackings();
}
