/** @import { Crew, CrewEdge, CrewLane } from './crew.js' */

/**
 * @typedef {{ x: number, y: number, width: number, height: number }} Box in pixels
 *
 * @typedef {object} LaneHead
 * @property {CrewLane['id']} id
 * @property {number} x
 * @property {number} y
 *
 * @typedef {object} Layout the places of nodes, heads and edges
 * @property {number} width
 * @property {number} height
 * @property {Map<string, Box>} boxes of nodes, by id
 * @property {readonly LaneHead[]} heads
 * @property {readonly string[]} paths of the edges, in their order
 */

const HEAD = 22;
const NODE_HEIGHT = 44;
/** With the chip of its tools. */
const FOLDED_HEIGHT = 66;
const ROW_GAP = 8;
const COLUMN_GAP = 12;
const LEAST_WIDTH = 132;
const MOST_WIDTH = 236;
const MOST_WIDTH_SHARE = 0.11;
const LEAST_LANE_GAP = 40;
const MOST_GAP_SHARE = 0.12;
/** A lane higher than `high` is broken into columns if each of them can be as wide as `width`. */
const BREAKS = [
  { high: 300, width: 190 },
  { high: 520, width: LEAST_WIDTH },
];
/** Below this width, lanes are above each other. */
const NARROW = 600;

/**
 * Places the nodes in the order of their names. The layout depends only on the shown nodes and on the width: no figure moves
 * a node, and a new node moves those behind it.
 *
 * @param {Crew} crew
 * @param {number} width of the frame, in pixels
 * @returns {Layout}
 */
export function layOut(crew, width) {
  return width < NARROW ? layOutBands(crew, width) : layOutLanes(crew, width);
}

/** Lanes from left to right. @param {Crew} crew @param {number} width @returns {Layout} */
function layOutLanes(crew, width) {
  const { lanes } = crew;
  const columns = countColumns(crew, width);
  const all = sum(columns);
  const within = (all - columns.length) * COLUMN_GAP;
  const gaps = lanes.length - 1;
  const nodeWidth = Math.min(
    Math.max(MOST_WIDTH, width * MOST_WIDTH_SHARE),
    (width - within - gaps * LEAST_LANE_GAP) / all,
  );
  const laneGap = gaps === 0 ? 0 : Math.min(width * MOST_GAP_SHARE, (width - within - all * nodeWidth) / gaps);
  const used = all * nodeWidth + within + gaps * laneGap;
  /** @type {Map<string, Box>} */
  const boxes = new Map();
  /** @type {LaneHead[]} */
  const heads = [];
  let x = Math.max(0, (width - used) / 2);
  lanes.forEach((lane, index) => {
    const count = columns[index] ?? 1;
    const height = heightOf(crew, lane);
    const rows = Math.ceil(lane.nodes.length / count);
    heads.push({ id: lane.id, x, y: 0 });
    lane.nodes.forEach(({ id }, place) => {
      const column = Math.floor(place / rows);
      const y = HEAD + (place % rows) * (height + ROW_GAP);
      boxes.set(id, { x: x + column * (nodeWidth + COLUMN_GAP), y, width: nodeWidth, height });
    });
    x += count * nodeWidth + (count - 1) * COLUMN_GAP + laneGap;
  });
  return { width, height: bottomOf(boxes), boxes, heads, paths: pathsOf(crew.edges, boxes, alongLanes) };
}

/** How many columns each lane has: the highest is broken as long as there is room. @param {Crew} crew @param {number} width */
function countColumns(crew, width) {
  const { lanes } = crew;
  const columns = lanes.map(() => 1);
  const room = width - (lanes.length - 1) * LEAST_LANE_GAP + lanes.length * COLUMN_GAP;
  const heightOfLane = (/** @type {CrewLane} */ lane, /** @type {number} */ index) =>
    Math.ceil(lane.nodes.length / (columns[index] ?? 1)) * (heightOf(crew, lane) + ROW_GAP);
  for (const { high, width: least } of BREAKS) {
    const most = Math.floor(room / (least + COLUMN_GAP));
    for (let all = sum(columns); all < most; all += 1) {
      const heights = lanes.map(heightOfLane);
      const highest = heights.indexOf(Math.max(...heights));
      if ((heights[highest] ?? 0) <= high) break;
      columns[highest] = (columns[highest] ?? 1) + 1;
    }
  }
  return columns;
}

/** @param {readonly number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Lanes from top to bottom, each a grid. @param {Crew} crew @param {number} width @returns {Layout} */
function layOutBands(crew, width) {
  const count = Math.max(1, Math.floor((width + COLUMN_GAP) / (LEAST_WIDTH + COLUMN_GAP)));
  const nodeWidth = (width - (count - 1) * COLUMN_GAP) / count;
  /** @type {Map<string, Box>} */
  const boxes = new Map();
  /** @type {LaneHead[]} */
  const heads = [];
  let y = 0;
  for (const lane of crew.lanes) {
    const height = heightOf(crew, lane);
    heads.push({ id: lane.id, x: 0, y });
    lane.nodes.forEach(({ id }, place) => {
      const x = (place % count) * (nodeWidth + COLUMN_GAP);
      boxes.set(id, { x, y: y + HEAD + Math.floor(place / count) * (height + ROW_GAP), width: nodeWidth, height });
    });
    y += HEAD + Math.ceil(lane.nodes.length / count) * (height + ROW_GAP) + LEAST_LANE_GAP / 2;
  }
  return { width, height: bottomOf(boxes), boxes, heads, paths: pathsOf(crew.edges, boxes, acrossBands) };
}

/** The height of the nodes in a lane. @param {Crew} crew @param {CrewLane} lane */
function heightOf({ isFolded }, { id }) {
  return isFolded && (id === 'agents' || id === 'callers') ? FOLDED_HEIGHT : NODE_HEIGHT;
}

/** @param {Map<string, Box>} boxes */
function bottomOf(boxes) {
  return [...boxes.values()].reduce((bottom, { y, height }) => Math.max(bottom, y + height), 0) + 2;
}

/** @param {readonly CrewEdge[]} edges @param {Map<string, Box>} boxes @param {(from: Box, to: Box) => string} curve */
function pathsOf(edges, boxes, curve) {
  return edges.map(({ from, to }) => {
    const [start, end] = [boxes.get(from), boxes.get(to)];
    return start && end ? curve(start, end) : '';
  });
}

/** From right side to left side; within a column, or back, along the left sides. @param {Box} from @param {Box} to */
function alongLanes(from, to) {
  const [startY, endY] = [from.y + from.height / 2, to.y + to.height / 2];
  if (to.x < from.x + from.width) return besides(from.x, startY, to.x, endY);
  const startX = from.x + from.width;
  const middle = (startX + to.x) / 2;
  return `M${round(startX)} ${startY}C${round(middle)} ${startY} ${round(middle)} ${endY} ${round(to.x)} ${endY}`;
}

/** From bottom to top. @param {Box} from @param {Box} to */
function acrossBands(from, to) {
  if (to.y < from.y + from.height) return besides(from.x, from.y + from.height / 2, to.x, to.y + to.height / 2);
  const [startX, endX] = [from.x + from.width / 2, to.x + to.width / 2];
  const startY = from.y + from.height;
  const middle = (startY + to.y) / 2;
  return `M${round(startX)} ${startY}C${round(startX)} ${middle} ${round(endX)} ${middle} ${round(endX)} ${to.y}`;
}

/** @param {number} startX @param {number} startY @param {number} endX @param {number} endY */
function besides(startX, startY, endX, endY) {
  const left = Math.min(startX, endX) - COLUMN_GAP * 1.5;
  return `M${round(startX)} ${startY}C${round(left)} ${startY} ${round(left)} ${endY} ${round(endX)} ${endY}`;
}

/** @param {number} pixels */
function round(pixels) {
  return Math.round(pixels * 10) / 10;
}
