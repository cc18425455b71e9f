import { Graph, layout } from '../libraries/dagre.js';

/** @import { CrewGraph } from '../data/crew-graph.js' */

export const NODE_WIDTH = 172;
export const NODE_HEIGHT = 42;

/** @typedef {{ x: number, y: number }} Point */

/**
 * @typedef {object} Layout where everything stands, in pixels
 * @property {number} width
 * @property {number} height
 * @property {Map<string, Point>} centres of nodes, by id
 * @property {string[]} paths of the edges, in their order
 */

/** @type {{ key: string, layout: Layout } | undefined} */
let last;

/** The layout of a graph. It changes only when somebody comes or goes, so that nothing jumps while one looks. @param {CrewGraph} graph */
export function layOut(graph) {
  const nodes = graph.nodes.map(({ id }) => id).sort();
  const key = JSON.stringify([nodes, graph.edges.map(({ from, to }) => [from, to])]);
  if (last?.key !== key) last = { key, layout: compute(nodes, graph.edges) };
  return last.layout;
}

/** @param {string[]} nodes @param {CrewGraph['edges']} edges @returns {Layout} */
function compute(nodes, edges) {
  const graph = new Graph({ multigraph: false });
  graph.setGraph({ rankdir: 'LR', nodesep: 14, ranksep: 64, marginx: 6, marginy: 6 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of nodes) graph.setNode(id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  // An agent that calls itself needs no arrow: it is seen in its requests.
  for (const { from, to } of edges) if (from !== to) graph.setEdge(from, to);
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    centres: new Map(nodes.map((id) => [id, graph.node(id)])),
    paths: edges.map(({ from, to }) =>
      from === to ? '' : curve(graph.node(from), graph.edge(from, to).points, graph.node(to)),
    ),
  };
}

/**
 * A line from the right side of a node to the left side of another, bent horizontally. What dagre puts between them leads
 * it around others.
 *
 * @param {Point} from
 * @param {readonly Point[]} points of the edge, of which the first and the last lie on the nodes
 * @param {Point} to
 */
function curve(from, points, to) {
  let before = { x: from.x + NODE_WIDTH / 2, y: from.y };
  let path = `M${before.x} ${before.y}`;
  for (const point of [...points.slice(2, -2), { x: to.x - NODE_WIDTH / 2, y: to.y }]) {
    const middle = (before.x + point.x) / 2;
    path += `C${middle} ${before.y} ${middle} ${point.y} ${point.x} ${point.y}`;
    before = point;
  }
  return path;
}
