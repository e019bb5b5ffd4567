/**
 * Gray PNG files to numbers, exactly: a canvas would give masks of 16 bits only their upper half, and may change colours on the way.
 * https://www.w3.org/TR/png-3/ : no interlacing, gray or palette of 1 to 16 bits, which is what masks are written as.
 */

export interface Gray {
  width: number
  height: number
  values: Uint16Array
}

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10]
const GRAY = 0
const PALETTE = 3

export class UnreadableMask extends Error {}

export async function decodeGray(bytes: Uint8Array): Promise<Gray> {
  const { width, height, depth, packed } = chunksOf(bytes)
  const raw = await inflate(packed)
  const stride = Math.ceil((width * depth) / 8)
  if (raw.length < (stride + 1) * height) throw new UnreadableMask('the PNG ends early')
  const pixel = Math.max(1, depth >> 3)
  const rows = unfilter(raw, stride, height, pixel)
  return { width, height, values: numbersOf(rows, width, height, depth, stride) }
}

interface Chunks {
  width: number
  height: number
  depth: number
  packed: Blob
}

function chunksOf(bytes: Uint8Array): Chunks {
  if (!SIGNATURE.every((byte, i) => bytes[i] === byte)) throw new UnreadableMask('it is not a PNG file')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let [width, height, depth] = [0, 0, 0]
  const parts: BlobPart[] = []
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at)
    const name = String.fromCodePoint(...bytes.subarray(at + 4, at + 8))
    if (at + 12 + length > bytes.length) throw new UnreadableMask('the PNG ends early')
    if (name === 'IHDR') {
      ;[width, height, depth] = [view.getUint32(at + 8), view.getUint32(at + 12), bytes[at + 16] as number]
      const [colour, interlace] = [bytes[at + 17], bytes[at + 20]]
      if ((colour !== GRAY && colour !== PALETTE) || interlace !== 0)
        throw new UnreadableMask('a mask is a gray PNG without interlacing')
    } else if (name === 'IDAT') parts.push(bytes.slice(at + 8, at + 8 + length))
    else if (name === 'IEND') break
    at += 12 + length
  }
  if (width === 0 || height === 0 || width * height > PIXELS_MAX) throw new UnreadableMask('its size makes no sense')
  return { width, height, depth, packed: new Blob(parts) }
}

const PIXELS_MAX = 2 ** 28

async function inflate(packed: Blob): Promise<Uint8Array> {
  try {
    const stream = packed.stream().pipeThrough(new DecompressionStream('deflate'))
    return new Uint8Array(await new Response(stream).arrayBuffer())
  } catch (cause) {
    throw new UnreadableMask('the PNG is damaged', { cause })
  }
}

/** Each row was written as its difference to what stands left of it and above it. */
function unfilter(raw: Uint8Array, stride: number, height: number, pixel: number): Uint8Array {
  const out = new Uint8Array(stride * height)
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)] as number
    const from = y * (stride + 1) + 1
    const to = y * stride
    for (let x = 0; x < stride; x++) {
      const left = x >= pixel ? (out[to + x - pixel] as number) : 0
      const above = y > 0 ? (out[to + x - stride] as number) : 0
      const corner = x >= pixel && y > 0 ? (out[to + x - stride - pixel] as number) : 0
      const told =
        filter === 0
          ? 0
          : filter === 1
            ? left
            : filter === 2
              ? above
              : filter === 3
                ? (left + above) >> 1
                : paeth(left, above, corner)
      out[to + x] = ((raw[from + x] as number) + told) & 255
    }
  }
  return out
}

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)]
  return a <= b && a <= c ? left : b <= c ? above : corner
}

function numbersOf(rows: Uint8Array, width: number, height: number, depth: number, stride: number): Uint16Array {
  const values = new Uint16Array(width * height)
  if (depth === 8) {
    values.set(rows)
    return values
  }
  if (depth === 16) {
    for (let i = 0; i < values.length; i++) values[i] = ((rows[2 * i] as number) << 8) | (rows[2 * i + 1] as number)
    return values
  }
  const most = 2 ** depth - 1
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const bit = x * depth
      values[y * width + x] = ((rows[y * stride + (bit >> 3)] as number) >> (8 - depth - (bit & 7))) & most
    }
  return values
}
