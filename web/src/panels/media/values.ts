/**
 * Logged media as the panels read them: the forms of `assay.wire.media`, each with the addresses of its contents put beside its paths.
 * `tests/vectors/media.json` holds what both sides must read alike. What makes no sense is left out; nothing here throws.
 */

export interface ClassLabel {
  id: number
  name: string
}

export interface MediaFile {
  path: string
  /** Where the bytes are read; empty while the run has no such file yet. */
  url: string
  size: number
  /** Names the content, so that it is known again when its address is signed anew; empty where the file is not there. */
  digest: string
  hasThumbnail: boolean
  /** Why it will not come. */
  refused: string
}

interface Captioned {
  caption: string
}

export interface Mask {
  group: string
  file: MediaFile
  classes: readonly ClassLabel[]
}

export interface Box {
  /** In fractions of the image, before rotation about the middle. */
  x: number
  y: number
  width: number
  height: number
  /** Radians, clockwise on the screen. */
  rotation: number
  classId: number
  caption: string
  scores: Readonly<Record<string, number>>
}

export interface BoxGroup {
  group: string
  boxes: readonly Box[]
  classes: readonly ClassLabel[]
}

export interface ImageValue extends Captioned {
  type: 'image'
  file: MediaFile
  format: string
  /** 0: not said. */
  width: number
  height: number
  /** An image that lies elsewhere and was logged by its address. */
  isRemote: boolean
  masks: readonly Mask[]
  boxes: readonly BoxGroup[]
}

export interface VideoValue extends Captioned {
  type: 'video'
  file: MediaFile
  format: string
  fps: number
  frameCount: number
  width: number
  height: number
  poster: MediaFile
}

export interface AudioValue extends Captioned {
  type: 'audio'
  file: MediaFile
  format: string
  durationS: number
  sampleRate: number
}

export interface MidiValue extends Captioned {
  type: 'midi'
  file: MediaFile
}

export interface HtmlValue extends Captioned {
  type: 'html'
  file: MediaFile
  /** Pixels; 0: as the place has. */
  height: number
}

export interface FigureValue extends Captioned {
  type: 'plotly' | 'bokeh'
  file: MediaFile
}

export interface MoleculeValue extends Captioned {
  type: 'molecule'
  file: MediaFile
  format: string
}

export type Point3 = readonly [number, number, number]

export interface Box3D {
  corners: readonly Point3[] | null
  center: Point3
  size: Point3
  rotation: readonly [number, number, number, number]
  label: string
  color: readonly [number, number, number] | null
  score: number | null
  layer: string
}

export interface Vector3D {
  start: Point3
  end: Point3
  color: readonly [number, number, number] | null
}

export interface Object3DValue extends Captioned {
  type: 'object3D'
  file: MediaFile
  format: string
  pointCount: number
  boxes: readonly Box3D[]
  vectors: readonly Vector3D[]
}

export interface SceneCamera {
  name: string
  image: MediaFile
  width: number
  height: number
  intrinsics: readonly (readonly number[])[] | null
  extrinsics: readonly (readonly number[])[] | null
}

export interface SceneFrame {
  time: number
  points: MediaFile
  boxes: readonly Box3D[]
  vectors: readonly Vector3D[]
  cameras: readonly SceneCamera[]
}

export interface SceneValue extends Captioned {
  type: 'scene'
  /** Frames that lie in a file; its `path` is empty where they are in the value. */
  file: MediaFile
  frameCount: number
  frames: readonly SceneFrame[]
  /** What frames in a file name. */
  contents: Addresses
}

export interface Span {
  /** In Unicode code points. */
  start: number
  end: number
  label: string
  color: readonly [number, number, number] | null
}

export interface TextValue extends Captioned {
  type: 'text'
  text: string
  file: MediaFile
  syntax: 'text' | 'markdown' | 'json'
  spans: readonly Span[]
}

export interface ChartValue extends Captioned {
  type: 'chart'
  file: MediaFile
  preset: string
  spec: Readonly<Record<string, unknown>> | null
  fields: Readonly<Record<string, string>>
  strings: Readonly<Record<string, string>>
}

export type MediaValue =
  | ImageValue
  | VideoValue
  | AudioValue
  | MidiValue
  | HtmlValue
  | FigureValue
  | MoleculeValue
  | Object3DValue
  | SceneValue
  | TextValue
  | ChartValue

export type MediaType = MediaValue['type']

/** The `_type` of each form. */
export const WIRE_TYPES: Readonly<Record<string, MediaType>> = {
  'image-file': 'image',
  'video-file': 'video',
  'audio-file': 'audio',
  'midi-file': 'midi',
  'html-file': 'html',
  'plotly-file': 'plotly',
  'bokeh-file': 'bokeh',
  'molecule-file': 'molecule',
  'object3D-file': 'object3D',
  'scene-3d': 'scene',
  text: 'text',
  'vega-lite': 'chart',
}

export const MEDIA_NAMES: Readonly<Record<MediaType, string>> = {
  image: 'image',
  video: 'video',
  audio: 'audio',
  midi: 'MIDI',
  html: 'HTML',
  plotly: 'Plotly figure',
  bokeh: 'Bokeh figure',
  molecule: 'molecule',
  object3D: '3D object',
  scene: '3D scene',
  text: 'text',
  chart: 'chart',
}

type Raw = Record<string, unknown>

/** A file as a media query answers it. */
export interface Content {
  url: string
  size?: number
  digest?: string
  has_thumbnail?: boolean
  refused?: string
}

/** Contents by path. */
export type Addresses = Readonly<Record<string, Content>>

const isRaw = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value)
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const number = (value: unknown, none = 0): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : none
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const entries = (value: unknown): [string, unknown][] => (isRaw(value) ? Object.entries(value) : [])

/** The media of a history value in order: one, or those of a list. Forms of another version are left out. */
export function mediaOf(value: unknown, addresses: Addresses = {}): MediaValue[] {
  return (Array.isArray(value) ? value : [value]).flatMap(one => {
    const read = isRaw(one) ? readers[WIRE_TYPES[text(one._type)] as MediaType]?.(one, addresses) : undefined
    return read ?? []
  })
}

const fileOf = (raw: Raw, addresses: Addresses): MediaFile => fileAt(text(raw.path), addresses, number(raw.size))

export function fileAt(path: string, addresses: Addresses, size = 0): MediaFile {
  const content = path === '' ? undefined : addresses[path]
  return {
    path,
    url: content?.url ?? '',
    size: content?.size ?? size,
    digest: content?.digest ?? '',
    hasThumbnail: content?.has_thumbnail ?? false,
    refused: content?.refused ?? '',
  }
}

const captionOf = (raw: Raw): string => text(raw.caption)

export function classesOf(value: unknown): ClassLabel[] {
  return entries(value)
    .map(([id, name]) => ({ id: Number(id), name: text(name) || `class ${id}` }))
    .filter(({ id }) => Number.isInteger(id))
    .toSorted((a, b) => a.id - b.id)
}

function colorOf(value: unknown): readonly [number, number, number] | null {
  const [r, g, b] = list(value)
  return typeof r === 'number' && typeof g === 'number' && typeof b === 'number' ? [r, g, b] : null
}

function pointOf(value: unknown): Point3 | null {
  const [x, y, z] = list(value)
  return [x, y, z].every(one => typeof one === 'number' && Number.isFinite(one))
    ? ([x, y, z] as [number, number, number])
    : null
}

function imageOf(raw: Raw, addresses: Addresses): ImageValue {
  const [width, height] = [number(raw.width), number(raw.height)]
  const remote = text(raw.url)
  return {
    type: 'image',
    file: remote === '' ? fileOf(raw, addresses) : { ...fileAt('', {}), url: remote },
    format: text(raw.format),
    width,
    height,
    isRemote: remote !== '',
    caption: captionOf(raw),
    masks: entries(raw.masks).flatMap(([group, mask]) =>
      isRaw(mask) ? [{ group, file: fileOf(mask, addresses), classes: classesOf(mask.class_labels) }] : [],
    ),
    boxes: entries(raw.boxes).flatMap(([group, boxes]) =>
      isRaw(boxes)
        ? [
            {
              group,
              classes: classesOf(boxes.class_labels),
              boxes: list(boxes.box_data).flatMap(box => (isRaw(box) ? (boxOf(box, width, height) ?? []) : [])),
            },
          ]
        : [],
    ),
  }
}

/** Null: it has no place, or one in pixels of an image of unknown size. */
export function boxOf(raw: Raw, imageWidth: number, imageHeight: number): Box | null {
  const position = isRaw(raw.position) ? raw.position : {}
  const isPixel = raw.domain === 'pixel'
  if (isPixel && (imageWidth <= 0 || imageHeight <= 0)) return null
  const [across, down] = isPixel ? [imageWidth, imageHeight] : [1, 1]
  const middle = list(position.middle)
  let edges: [number, number, number, number]
  if (middle.length === 2) {
    const [w, h] = [number(position.width), number(position.height)]
    edges = [number(middle[0]) - w / 2, number(middle[1]) - h / 2, w, h]
  } else {
    const { minX, minY, maxX, maxY } = position
    if ([minX, minY, maxX, maxY].some(edge => typeof edge !== 'number')) return null
    edges = [number(minX), number(minY), number(maxX) - number(minX), number(maxY) - number(minY)]
  }
  return {
    x: edges[0] / across,
    y: edges[1] / down,
    width: edges[2] / across,
    height: edges[3] / down,
    rotation: number(position.rotation),
    classId: number(raw.class_id, -1),
    caption: text(raw.box_caption),
    scores: Object.fromEntries(
      entries(raw.scores).filter((score): score is [string, number] => typeof score[1] === 'number'),
    ),
  }
}

export function boxes3D(value: unknown): Box3D[] {
  return list(value).flatMap((raw): Box3D[] => {
    if (!isRaw(raw)) return []
    const corners = list(raw.corners).flatMap(corner => {
      const point = pointOf(corner)
      return point ? [point] : []
    })
    const [center, size] = [pointOf(raw.center), pointOf(raw.size)]
    if (corners.length !== 8 && !(center && size)) return []
    const [x = 0, y = 0, z = 0, w = 1] = list(raw.rotation).map(one => number(one))
    return [
      {
        corners: corners.length === 8 ? corners : null,
        center: center ?? meanOf(corners),
        size: size ?? [0, 0, 0],
        rotation: [x, y, z, w],
        label: text(raw.label),
        color: colorOf(raw.color),
        score: typeof raw.score === 'number' ? raw.score : null,
        layer: text(raw.layer),
      },
    ]
  })
}

function meanOf(points: readonly Point3[]): Point3 {
  const sum = points.reduce<[number, number, number]>(
    ([x, y, z], point) => [x + point[0], y + point[1], z + point[2]],
    [0, 0, 0],
  )
  return sum.map(one => one / Math.max(1, points.length)) as unknown as Point3
}

export function vectors3D(value: unknown): Vector3D[] {
  return list(value).flatMap(raw => {
    const [start, end] = isRaw(raw) ? [pointOf(raw.start), pointOf(raw.end)] : [null, null]
    return start && end ? [{ start, end, color: colorOf((raw as Raw).color) }] : []
  })
}

/** Frames of a scene, also as they lie in a file of their own. */
export function framesOf(value: unknown, addresses: Addresses): SceneFrame[] {
  return list(value).flatMap((raw): SceneFrame[] => {
    if (!isRaw(raw)) return []
    return [
      {
        time: number(raw.time),
        points: fileAt(text(raw.points), addresses),
        boxes: boxes3D(raw.boxes),
        vectors: vectors3D(raw.vectors),
        cameras: entries(raw.cameras).flatMap(([name, camera]) =>
          isRaw(camera)
            ? [
                {
                  name,
                  image: fileAt(text(camera.image), addresses),
                  width: number(camera.width),
                  height: number(camera.height),
                  intrinsics: matrix(camera.intrinsics, 3),
                  extrinsics: matrix(camera.extrinsics, 4),
                },
              ]
            : [],
        ),
      },
    ]
  })
}

function matrix(value: unknown, side: number): number[][] | null {
  const rows = list(value).map(row => list(row).map(one => number(one, Number.NaN)))
  const isWhole = rows.length === side && rows.every(row => row.length === side && row.every(Number.isFinite))
  return isWhole ? rows : null
}

const readers: Record<MediaType, (raw: Raw, addresses: Addresses) => MediaValue> = {
  image: imageOf,
  video: (raw, addresses) => ({
    type: 'video',
    file: fileOf(raw, addresses),
    format: text(raw.format),
    fps: number(raw.fps),
    frameCount: number(raw.frame_count),
    width: number(raw.width),
    height: number(raw.height),
    poster: fileAt(text(raw.poster), addresses),
    caption: captionOf(raw),
  }),
  audio: (raw, addresses) => ({
    type: 'audio',
    file: fileOf(raw, addresses),
    format: text(raw.format),
    durationS: number(raw.duration_s),
    sampleRate: number(raw.sample_rate),
    caption: captionOf(raw),
  }),
  midi: (raw, addresses) => ({ type: 'midi', file: fileOf(raw, addresses), caption: captionOf(raw) }),
  html: (raw, addresses) => ({
    type: 'html',
    file: fileOf(raw, addresses),
    height: number(raw.height),
    caption: captionOf(raw),
  }),
  plotly: (raw, addresses) => ({ type: 'plotly', file: fileOf(raw, addresses), caption: captionOf(raw) }),
  bokeh: (raw, addresses) => ({ type: 'bokeh', file: fileOf(raw, addresses), caption: captionOf(raw) }),
  molecule: (raw, addresses) => ({
    type: 'molecule',
    file: fileOf(raw, addresses),
    format: text(raw.format),
    caption: captionOf(raw),
  }),
  object3D: (raw, addresses) => ({
    type: 'object3D',
    file: fileOf(raw, addresses),
    format: text(raw.format),
    pointCount: number(raw.point_count),
    boxes: boxes3D(raw.boxes),
    vectors: vectors3D(raw.vectors),
    caption: captionOf(raw),
  }),
  scene: (raw, addresses) => {
    const frames = framesOf(raw.frames, addresses)
    return {
      type: 'scene',
      file: fileOf(raw, addresses),
      frameCount: number(raw.frame_count, frames.length),
      frames,
      contents: addresses,
      caption: captionOf(raw),
    }
  },
  text: (raw, addresses) => ({
    type: 'text',
    text: text(raw.text),
    file: fileOf(raw, addresses),
    syntax: raw.syntax === 'markdown' || raw.syntax === 'json' ? raw.syntax : 'text',
    spans: list(raw.spans).flatMap(span => {
      if (!isRaw(span)) return []
      const [start, end] = [number(span.start, -1), number(span.end, -1)]
      return start >= 0 && end > start ? [{ start, end, label: text(span.label), color: colorOf(span.color) }] : []
    }),
    caption: captionOf(raw),
  }),
  chart: (raw, addresses) => ({
    type: 'chart',
    file: fileOf(raw, addresses),
    preset: text(raw.preset),
    spec: isRaw(raw.spec) ? raw.spec : null,
    fields: Object.fromEntries(entries(raw.fields).map(([slot, name]) => [slot, text(name)])),
    strings: Object.fromEntries(entries(raw.strings).map(([slot, said]) => [slot, text(said)])),
    caption: captionOf(raw),
  }),
}

/** The address of a picture of `file` about as wide as it is shown; the file itself where the server makes none. */
export function thumbnail(file: MediaFile, widthPx: number): string {
  const width = THUMB_WIDTHS.find(known => known >= widthPx) ?? 0
  if (!file.hasThumbnail || width === 0) return file.url
  return `${file.url}${file.url.includes('?') ? '&' : '?'}w=${width}`
}

/** Few widths, so that few thumbnails are made and kept. */
const THUMB_WIDTHS = [80, 160, 320, 640, 1024]
