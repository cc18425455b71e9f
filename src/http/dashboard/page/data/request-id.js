/** Twelve hexadecimal digits of the application's instance, and the number of the request. */
const REQUEST_ID = /^[0-9a-f]{12}-[0-9a-z]{1,11}$/;

/** Whether the text looks like a request id. @param {string} text */
export function isRequestId(text) {
  return REQUEST_ID.test(text.trim());
}
