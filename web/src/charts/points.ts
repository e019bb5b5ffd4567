/**
 * Draws very many points: pixel by pixel (`discs`) while that takes less than handing them over, with WebGL where they cover more
 * and graphics hardware runs it. One WebGL renderer for all charts of the page, because browsers drop the contexts of older ones
 * past about sixteen. Both draw into a canvas of their own, which charts copy from.
 */

import { coveredPx, discPixels, type PointCloud } from './discs'

export type { PointCloud } from './discs'

const VERTEX = `#version 300 es
in float x;
in float y;
in float size;
in vec4 colour;
uniform vec2 span;
uniform float ratio;
out vec4 tint;
void main() {
  gl_Position = vec4(x / span.x * 2.0 - 1.0, 1.0 - y / span.y * 2.0, 0.0, 1.0);
  gl_PointSize = size * ratio;
  tint = colour;
}`

const FRAGMENT = `#version 300 es
precision mediump float;
in vec4 tint;
out vec4 shown;
void main() {
  vec2 away = gl_PointCoord - 0.5;
  float edge = fwidth(length(away));
  float cover = 1.0 - smoothstep(0.5 - edge, 0.5, length(away));
  shown = vec4(tint.rgb * tint.a, tint.a) * cover;
}`

/** Pixels that are filled by hand in about a thirtieth of a second. */
const BY_HAND_PX = 8_000_000
/** How drivers that let a processor do the work call themselves. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i

interface Renderer {
  canvas: HTMLCanvasElement
  gl: WebGL2RenderingContext
  span: WebGLUniformLocation | null
  ratio: WebGLUniformLocation | null
  buffers: Record<'x' | 'y' | 'size' | 'colour', WebGLBuffer>
}

let renderer: Renderer | null | undefined
const onRestore = new Set<() => void>()

/** Calls `call` when WebGL is there again after its context was lost. */
export function whenRestored(call: () => void): () => void {
  onRestore.add(call)
  return () => onRestore.delete(call)
}

/** Draws the cloud over `ctx`, which is scaled by `ratio`. */
export function drawPoints(
  ctx: CanvasRenderingContext2D,
  cloud: PointCloud,
  width: number,
  height: number,
  ratio: number,
): void {
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)]
  const isLight = coveredPx(cloud, ratio) <= BY_HAND_PX
  const canvas = (isLight ? null : byHardware(cloud, width, height, ratio)) ?? byHand(cloud, w, h, ratio)
  if (!canvas) return
  ctx.save()
  ctx.setTransform(1, 0, 0, 1, 0, 0)
  ctx.drawImage(canvas, 0, 0, w, h, 0, 0, w, h)
  ctx.restore()
}

let sheet: HTMLCanvasElement | undefined

function byHand(cloud: PointCloud, w: number, h: number, ratio: number): HTMLCanvasElement | null {
  sheet ??= document.createElement('canvas')
  if (sheet.width !== w) sheet.width = w
  if (sheet.height !== h) sheet.height = h
  const ctx = sheet.getContext('2d')
  ctx?.putImageData(new ImageData(discPixels(cloud, w, h, ratio), w, h), 0, 0)
  return ctx && sheet
}

/** Null where there is no hardware for it, or its context was lost. */
function byHardware(cloud: PointCloud, width: number, height: number, ratio: number): HTMLCanvasElement | null {
  if (renderer === undefined) renderer = makeRenderer()
  if (!renderer || renderer.gl.isContextLost()) return null
  const { canvas, gl, buffers } = renderer
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)]
  // It only grows: charts of a page are alike in size, and every change of size costs an allocation.
  if (canvas.width < w) canvas.width = w
  if (canvas.height < h) canvas.height = h
  gl.viewport(0, canvas.height - h, w, h)
  gl.enable(gl.SCISSOR_TEST)
  gl.scissor(0, canvas.height - h, w, h)
  gl.clearColor(0, 0, 0, 0)
  gl.clear(gl.COLOR_BUFFER_BIT)
  gl.enable(gl.BLEND)
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
  gl.uniform2f(renderer.span, width, height)
  gl.uniform1f(renderer.ratio, ratio)
  const fill = (buffer: WebGLBuffer, data: Float32Array | Uint8Array): void => {
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer)
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.STREAM_DRAW)
  }
  fill(buffers.x, cloud.x)
  fill(buffers.y, cloud.y)
  fill(buffers.size, cloud.sizes)
  fill(buffers.colour, cloud.colours)
  gl.drawArrays(gl.POINTS, 0, cloud.count)
  return canvas
}

function makeRenderer(): Renderer | null {
  const canvas = document.createElement('canvas')
  const gl = canvas.getContext('webgl2', {
    premultipliedAlpha: true,
    antialias: false,
    preserveDrawingBuffer: true,
    failIfMajorPerformanceCaveat: true,
  })
  if (!gl) return null
  // WebGL that a processor only imitates is slower than `discs`. Not every browser counts that as a caveat.
  const named = gl.getExtension('WEBGL_debug_renderer_info')
  if (SOFTWARE.test(String(gl.getParameter(named ? named.UNMASKED_RENDERER_WEBGL : gl.RENDERER)))) {
    gl.getExtension('WEBGL_lose_context')?.loseContext()
    return null
  }
  canvas.addEventListener('webglcontextlost', event => event.preventDefault())
  canvas.addEventListener('webglcontextrestored', () => {
    renderer = setUp(canvas, gl)
    for (const call of onRestore) call()
  })
  return setUp(canvas, gl)
}

function setUp(canvas: HTMLCanvasElement, gl: WebGL2RenderingContext): Renderer | null {
  const program = gl.createProgram()
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(type)
    if (!shader) return null
    gl.shaderSource(shader, source)
    gl.compileShader(shader)
    gl.attachShader(program, shader)
  }
  gl.linkProgram(program)
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) return null
  gl.useProgram(program)
  const attribute = (name: string, size: number, type: number, isNormal: boolean): WebGLBuffer => {
    const buffer = gl.createBuffer()
    const place = gl.getAttribLocation(program, name)
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer)
    gl.enableVertexAttribArray(place)
    gl.vertexAttribPointer(place, size, type, isNormal, 0, 0)
    return buffer
  }
  return {
    canvas,
    gl,
    span: gl.getUniformLocation(program, 'span'),
    ratio: gl.getUniformLocation(program, 'ratio'),
    buffers: {
      x: attribute('x', 1, gl.FLOAT, false),
      y: attribute('y', 1, gl.FLOAT, false),
      size: attribute('size', 1, gl.FLOAT, false),
      colour: attribute('colour', 4, gl.UNSIGNED_BYTE, true),
    },
  }
}
