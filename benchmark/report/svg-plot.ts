export interface PlotLine {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Lines over two logarithmic axes. */
export interface Plot {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly lines: readonly PlotLine[];
}

const WIDTH = 460;
const HEIGHT = 300;
const MARGIN = { left: 64, right: 16, top: 36, bottom: 84 };
const COLOURS = ['#0b7285', '#e8590c', '#868e96'];

const escape = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

/** Maps a range of values to one of pixels, by their logarithm, in whole magnitudes. */
class LogAxis {
  private readonly low: number;
  private readonly high: number;

  constructor(
    values: readonly number[],
    private readonly from: number,
    private readonly to: number,
  ) {
    this.low = Math.floor(Math.log10(Math.min(...values)));
    this.high = Math.max(this.low + 1, Math.ceil(Math.log10(Math.max(...values))));
  }

  at(value: number): number {
    const share = (Math.log10(value) - this.low) / (this.high - this.low);
    return Math.round(this.from + share * (this.to - this.from));
  }

  /** Powers of ten. */
  ticks(): number[] {
    return Array.from({ length: this.high - this.low + 1 }, (_, i) => 10 ** (this.low + i));
  }
}

const tickText = new Intl.NumberFormat('en-US', { notation: 'compact' });

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${x}" y="${y}" ${attributes}>${escape(content)}</text>`;
}

function grid(x: LogAxis, y: LogAxis): string[] {
  const bottom = HEIGHT - MARGIN.bottom;
  const right = WIDTH - MARGIN.right;
  return [
    ...x.ticks().map((tick) => {
      const at = x.at(tick);
      const label = text(at, bottom + 16, tickText.format(tick), 'text-anchor="middle"');
      return `<path d="M${at} ${MARGIN.top}V${bottom}" stroke="#dee2e6"/>${label}`;
    }),
    ...y.ticks().map((tick) => {
      const at = y.at(tick);
      const label = text(MARGIN.left - 8, at + 4, tickText.format(tick), 'text-anchor="end"');
      return `<path d="M${MARGIN.left} ${at}H${right}" stroke="#dee2e6"/>${label}`;
    }),
  ];
}

function drawLine({ label, points }: PlotLine, index: number, x: LogAxis, y: LogAxis): string {
  const colour = COLOURS[index % COLOURS.length]!;
  const pixels = points.map(([px, py]) => [x.at(px), y.at(py)] as const);
  const dots = pixels.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`).join('');
  const legendY = HEIGHT - 12;
  const legendX = MARGIN.left + index * 150;
  return [
    `<polyline points="${pixels.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>${dots}`,
    `<circle cx="${legendX}" cy="${legendY - 4}" r="4" fill="${colour}"/>${text(legendX + 8, legendY, label)}`,
  ].join('');
}

function drawPlot({ title, xTitle, yTitle, lines }: Plot): string {
  const points = lines.flatMap((line) => line.points);
  const x = new LogAxis(
    points.map(([value]) => value),
    MARGIN.left,
    WIDTH - MARGIN.right,
  );
  const y = new LogAxis(
    points.map(([, value]) => value),
    HEIGHT - MARGIN.bottom,
    MARGIN.top,
  );
  return [
    text(MARGIN.left, 20, `${title} (${yTitle})`, 'font-weight="bold"'),
    ...grid(x, y),
    text(WIDTH / 2, HEIGHT - MARGIN.bottom + 36, xTitle, 'text-anchor="middle"'),
    ...lines.map((line, index) => drawLine(line, index, x, y)),
  ].join('\n');
}

/** All plots in one picture, two a row. */
export function drawPlots(plots: readonly Plot[]): string {
  const rows = Math.ceil(plots.length / 2);
  const size = `width="${WIDTH * 2}" height="${HEIGHT * rows}" viewBox="0 0 ${WIDTH * 2} ${HEIGHT * rows}"`;
  const drawn = plots.map((plot, i) => {
    const place = `translate(${(i % 2) * WIDTH} ${Math.floor(i / 2) * HEIGHT})`;
    return `<g transform="${place}">\n${drawPlot(plot)}\n</g>`;
  });
  const font = 'font-family="system-ui, sans-serif" font-size="12" fill="#343a40"';
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${font}>\n<rect width="100%" height="100%" fill="#fff"/>\n${drawn.join('\n')}\n</svg>\n`;
}
