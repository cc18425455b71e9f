/** Tests whether one of several names contains the filter. @param {string} filter */
export function matcher(filter) {
  const wanted = filter.trim().toLowerCase();
  return (/** @type {readonly string[]} */ ...names) =>
    wanted === '' || names.some((name) => name.toLowerCase().includes(wanted));
}
