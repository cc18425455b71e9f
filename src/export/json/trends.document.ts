import type { Trends } from '../../collection/reading/trend-window';
import { documentOf } from './json-document';

/** The course of everything over one window, as JSON. */
export function trendsDocument(trends: Trends) {
  return documentOf(trends);
}
