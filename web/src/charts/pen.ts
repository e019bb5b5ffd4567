/**
 * What a picture is drawn with: the part of a canvas' context that charts use. A canvas is one, `SvgPen` another, so the file that
 * somebody saves is drawn by the code that drew the screen.
 */

export type Pen = Pick<
  CanvasRenderingContext2D,
  | 'fillStyle'
  | 'strokeStyle'
  | 'lineWidth'
  | 'lineJoin'
  | 'lineCap'
  | 'globalAlpha'
  | 'font'
  | 'textAlign'
  | 'textBaseline'
  | 'save'
  | 'restore'
  | 'beginPath'
  | 'closePath'
  | 'moveTo'
  | 'lineTo'
  | 'bezierCurveTo'
  | 'arc'
  | 'rect'
  | 'clip'
  | 'stroke'
  | 'fill'
  | 'fillRect'
  | 'strokeRect'
  | 'fillText'
  | 'measureText'
  | 'setLineDash'
>

type Given = Pick<
  SvgPen,
  | 'fillStyle'
  | 'strokeStyle'
  | 'lineWidth'
  | 'lineJoin'
  | 'lineCap'
  | 'globalAlpha'
  | 'font'
  | 'textAlign'
  | 'textBaseline'
> & { dash: readonly number[]; clips: number }

const ANCHORS: Record<string, string> = { left: 'start', start: 'start', center: 'middle', right: 'end', end: 'end' }
const BASELINES: Record<string, string> = { middle: 'central', top: 'hanging', bottom: 'text-after-edge' }
/** Width of a letter of Geist over its size, where nothing can measure. */
const LETTER = 0.56

/** Writes an SVG document. Angles of `arc` are whole circles, which is all that charts draw. */
export class SvgPen implements Pen {
  fillStyle = '#000'
  strokeStyle = '#000'
  lineWidth = 1
  lineJoin: CanvasLineJoin = 'round'
  lineCap: CanvasLineCap = 'butt'
  globalAlpha = 1
  font = '11px sans-serif'
  textAlign: CanvasTextAlign = 'left'
  textBaseline: CanvasTextBaseline = 'alphabetic'
  private readonly out: string[] = []
  private path = ''
  private dash: readonly number[] = []
  private clips = 0
  private clipCount = 0
  private readonly stack: Given[] = []
  private readonly width: number
  private readonly height: number

  constructor(width: number, height: number) {
    this.width = width
    this.height = height
  }

  /** The whole document. `title` is read by screen readers. */
  toString(title: string): string {
    const size = `width="${n(this.width)}" height="${n(this.height)}" viewBox="0 0 ${n(this.width)} ${n(this.height)}"`
    return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img"><title>${escaped(title)}</title>${this.out.join('')}</svg>\n`
  }

  save(): void {
    const { fillStyle, strokeStyle, lineWidth, lineJoin, lineCap, globalAlpha, font, textAlign, textBaseline } = this
    this.stack.push({
      fillStyle,
      strokeStyle,
      lineWidth,
      lineJoin,
      lineCap,
      globalAlpha,
      font,
      textAlign,
      textBaseline,
      dash: this.dash,
      clips: this.clips,
    })
    this.clips = 0
  }

  restore(): void {
    this.out.push('</g>'.repeat(this.clips))
    const given = this.stack.pop()
    if (given) Object.assign(this, given)
  }

  beginPath(): void {
    this.path = ''
  }

  closePath(): void {
    this.path += 'Z'
  }

  moveTo(x: number, y: number): void {
    this.path += `M${n(x)} ${n(y)}`
  }

  lineTo(x: number, y: number): void {
    this.path += this.path === '' ? `M${n(x)} ${n(y)}` : `L${n(x)} ${n(y)}`
  }

  bezierCurveTo(ax: number, ay: number, bx: number, by: number, x: number, y: number): void {
    this.path += `C${n(ax)} ${n(ay)} ${n(bx)} ${n(by)} ${n(x)} ${n(y)}`
  }

  arc(x: number, y: number, radius: number): void {
    const r = n(radius)
    this.path += `M${n(x - radius)} ${n(y)}a${r} ${r} 0 1 0 ${n(2 * radius)} 0a${r} ${r} 0 1 0 ${n(-2 * radius)} 0Z`
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.path += `M${n(x)} ${n(y)}h${n(width)}v${n(height)}h${n(-width)}Z`
  }

  clip(): void {
    const id = `clip${++this.clipCount}`
    this.out.push(`<clipPath id="${id}"><path d="${this.path}"/></clipPath><g clip-path="url(#${id})">`)
    this.clips++
  }

  stroke(): void {
    if (this.path) this.out.push(`<path d="${this.path}" fill="none"${this.strokeMarks()}/>`)
  }

  fill(): void {
    if (this.path) this.out.push(`<path d="${this.path}"${this.fillMarks()}/>`)
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    if (width <= 0 || height <= 0) return
    this.out.push(
      `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}"${this.fillMarks()} shape-rendering="crispEdges"/>`,
    )
  }

  strokeRect(x: number, y: number, width: number, height: number): void {
    this.out.push(
      `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" fill="none"${this.strokeMarks()}/>`,
    )
  }

  fillText(text: string, x: number, y: number): void {
    const { size, weight, family } = fontOf(this.font)
    const baseline = BASELINES[this.textBaseline]
    const anchor = ANCHORS[this.textAlign]
    const marks = [
      `x="${n(x)}" y="${n(y)}" font-size="${size}" font-family="${escaped(family)}"`,
      weight === 400 ? '' : ` font-weight="${weight}"`,
      anchor === 'start' ? '' : ` text-anchor="${anchor}"`,
      baseline ? ` dominant-baseline="${baseline}"` : '',
      this.fillMarks(),
    ]
    this.out.push(`<text ${marks.join('')}>${escaped(text)}</text>`)
  }

  measureText(text: string): TextMetrics {
    return measured(this.font, text)
  }

  setLineDash(dash: readonly number[]): void {
    this.dash = [...dash]
  }

  private fillMarks(): string {
    return ` fill="${this.fillStyle}"${this.globalAlpha < 1 ? ` fill-opacity="${n(this.globalAlpha)}"` : ''}`
  }

  private strokeMarks(): string {
    const dash = this.dash.length > 0 ? ` stroke-dasharray="${this.dash.join(' ')}"` : ''
    const alpha = this.globalAlpha < 1 ? ` stroke-opacity="${n(this.globalAlpha)}"` : ''
    const cap = this.lineCap === 'butt' ? '' : ` stroke-linecap="${this.lineCap}"`
    return ` stroke="${this.strokeStyle}" stroke-width="${n(this.lineWidth)}" stroke-linejoin="${this.lineJoin}"${cap}${dash}${alpha}`
  }
}

/** Two decimals: a hundredth of a pixel. */
function n(value: number): string {
  return String(Math.round(value * 100) / 100)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

function fontOf(font: string): { size: number; weight: number; family: string } {
  const found = /^(?:(\d{3}) )?([\d.]+)px (.+)$/.exec(font)
  return { size: Number(found?.[2] ?? 11), weight: Number(found?.[1] ?? 400), family: found?.[3] ?? 'sans-serif' }
}

let measuring: CanvasRenderingContext2D | null | undefined

function measured(font: string, text: string): TextMetrics {
  if (measuring === undefined) measuring = document.createElement('canvas').getContext?.('2d') ?? null
  if (!measuring) return { width: text.length * LETTER * fontOf(font).size } as TextMetrics
  measuring.font = font
  return measuring.measureText(text)
}
