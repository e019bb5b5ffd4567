/** One thing in space: a cloud, a mesh, a molecule, or a frame of a sequence. Turned by a drag or the arrow keys. */

import { useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { formatCount } from '../../../charts/number'
import { onThemeChange } from '../../../charts/palette'
import { contentBytes } from '../../../data/media'
import { fileUrl } from '../../../data/run'
import { Missing } from '../Missing'
import type { MediaFile, MoleculeValue, Object3DValue, SceneFrame, SceneValue } from '../values'
import { type BoxFilter, shownBoxes3D } from './boxes'
import { readCloud } from './cloud'
import { READ_FORMATS, readMolecule } from './molecule'
import { type CameraPlace, type CloudColour, MESH_FORMATS, readMesh, Stage } from './stage'

export interface SpaceLook extends BoxFilter {
  pointSize: number
  colour: CloudColour
  isWireframe: boolean
  hasAxes: boolean
}

export const PLAIN_LOOK: SpaceLook = {
  pointSize: 2,
  colour: 'own',
  isWireframe: false,
  hasAxes: false,
  hidden: [],
  score: null,
}

export interface SpaceProps {
  value: Object3DValue | MoleculeValue | SceneValue
  /** Of a scene: which frame. */
  frame?: SceneFrame | undefined
  name: string
  width: number
  height: number
  look: SpaceLook
  /** Null: so that everything is in sight. */
  camera: CameraPlace | null
  onCamera: (place: CameraPlace, isDone: boolean) => void
}

type Kind = 'cloud' | 'mesh' | 'molecule' | 'none'

function kindOf({ value, frame }: Pick<SpaceProps, 'value' | 'frame'>): {
  kind: Kind
  file: MediaFile
  format: string
} {
  if (value.type === 'molecule') return { kind: 'molecule', file: value.file, format: value.format }
  if (value.type === 'scene') {
    const file = frame?.points ?? { path: '', url: '', size: 0, digest: '', hasThumbnail: false, refused: '' }
    return { kind: file.path === '' ? 'none' : 'cloud', file, format: 'points' }
  }
  return { kind: value.format === 'points' ? 'cloud' : 'mesh', file: value.file, format: value.format }
}

async function read(kind: Kind, format: string, file: MediaFile, signal: AbortSignal) {
  const bytes = await contentBytes(file.url, file.path, signal)
  if (kind === 'cloud') return { kind: 'cloud' as const, cloud: readCloud(bytes) }
  if (kind === 'molecule')
    return { kind: 'molecule' as const, molecule: readMolecule(new TextDecoder().decode(bytes), format) }
  return { kind: 'mesh' as const, object: await readMesh(bytes, format) }
}

export function SpaceView(props: SpaceProps) {
  const { value, frame, name, width, height, look, camera, onCamera } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const stage = useRef<Stage | null>(null)
  const [fault, setFault] = useState('')
  const { kind, file, format } = kindOf(props)
  const isKnown = kind === 'mesh' ? MESH_FORMATS.has(format) : kind === 'molecule' ? READ_FORMATS.has(format) : true
  const { data, error, refetch } = useQuery({
    queryKey: ['space', file.digest || file.url],
    queryFn: ({ signal }) => read(kind, format, file, signal),
    enabled: file.url !== '' && isKnown && kind !== 'none',
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    structuralSharing: false,
    retry: false,
  })
  const tell = useRef(onCamera)
  const place = useRef(camera)
  useEffect(() => {
    tell.current = onCamera
    place.current = camera
  }, [onCamera, camera])
  const isZUp = kind === 'cloud' || kind === 'none'
  useEffect(() => {
    if (!canvas.current) return
    const made = new Stage(canvas.current, (place, isDone) => tell.current(place, isDone), isZUp)
    stage.current = made
    const stop = onThemeChange(() => made.invalidate())
    return () => {
      stop()
      stage.current = null
      made.destroy()
    }
  }, [isZUp])
  useEffect(() => stage.current?.resize(width, height), [width, height, isZUp])
  const { colour, pointSize, isWireframe, hasAxes, hidden, score } = look
  useEffect(() => {
    const at = stage.current
    if (!at || !data) return
    let fault = ''
    try {
      if (data.kind === 'cloud') at.setCloud(data.cloud, colour, pointSize)
      else if (data.kind === 'molecule') at.setMolecule(data.molecule, isWireframe ? 'cartoon' : 'ball')
      else at.setMesh(data.object, isWireframe)
      at.look(place.current)
    } catch (error) {
      fault = error instanceof Error ? error.message : String(error)
    }
    void Promise.resolve().then(() => setFault(fault))
  }, [data, colour, pointSize, isWireframe, isZUp])
  const marks = value.type === 'object3D' ? value : frame
  const boxes = useMemo(() => shownBoxes3D(marks?.boxes ?? [], { hidden, score }), [marks, hidden, score])
  useEffect(() => stage.current?.setMarks(boxes, marks?.vectors ?? []), [boxes, marks, isZUp])
  useEffect(() => stage.current?.setAxes(hasAxes), [hasAxes, isZUp])
  useEffect(() => {
    stage.current?.look(camera)
  }, [camera, isZUp])

  const onKeyDown = (event: KeyboardEvent): void => {
    const turns: Record<string, [number, number, number]> = {
      ArrowLeft: [-0.1, 0, 1],
      ArrowRight: [0.1, 0, 1],
      ArrowUp: [0, -0.1, 1],
      ArrowDown: [0, 0.1, 1],
      '+': [0, 0, 0.85],
      '=': [0, 0, 0.85],
      '-': [0, 0, 1 / 0.85],
    }
    const turn = turns[event.key]
    if (!turn || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    event.stopPropagation()
    stage.current?.turn(...turn)
    if (stage.current) onCamera(stage.current.place, true)
  }
  if (!isKnown)
    return (
      <span className="im-missing">
        {format} is not drawn here.{' '}
        {file.url !== '' && (
          <a href={fileUrl(file.url)} download>
            Download it
          </a>
        )}
      </span>
    )
  if (kind !== 'none' && (file.url === '' || error))
    return (
      <span className="im-missing">
        {error && `${file.path}: ${error.message}`}
        <Missing file={file} onRetry={error && (() => void refetch())} />
      </span>
    )
  return (
    <div className="space" style={{ width, height }}>
      {/* It takes the keyboard: arrows turn it. */}
      {/* oxlint-disable jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions */}
      <canvas
        ref={canvas}
        className="space-canvas"
        role="img"
        aria-label={`${name}${data?.kind === 'cloud' ? `, ${formatCount(data.cloud.count)} points` : ''}${boxes.length > 0 ? `, ${boxes.length} boxes` : ''}. Arrows turn it, plus and minus come nearer.`}
        data-keys=""
        tabIndex={0}
        onKeyDown={onKeyDown}
        onDoubleClick={() => {
          stage.current?.look(null)
          if (stage.current) onCamera(stage.current.place, true)
        }}
      />
      {/* oxlint-enable jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions */}
      {fault !== '' && <span className="im-missing space-fault">Nothing can be drawn in space here: {fault}</span>}
      {kind !== 'none' && !data && <span className="im-missing space-fault">Reading…</span>}
    </div>
  )
}
