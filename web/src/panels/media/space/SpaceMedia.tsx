/** A thing in space among other media: with a camera of its own, a timeline for sequences, and the cameras of a scene below it. */

import { useState } from 'react'
import type { MoleculeValue, Object3DValue, SceneValue } from '../values'
import { CameraStrip } from './CameraStrip'
import { useFrames } from './frames'
import { PLAIN_LOOK, SpaceView } from './SpaceView'
import type { CameraPlace } from './stage'
import { Timeline } from './Timeline'

export function SpaceMedia({
  value,
  name,
  width,
  height,
  isLarge,
}: {
  value: MoleculeValue | Object3DValue | SceneValue
  name: string
  width: number
  height: number
  isLarge: boolean
}) {
  const [camera, setCamera] = useState<CameraPlace | null>(null)
  const [time, setTime] = useState<number | null>(null)
  const { frames, frame } = useFrames(value, time)
  const isSequence = frames.length > 1
  const strip = isLarge && frame && frame.cameras.length > 0 ? 130 : 0
  const foot = (isLarge && isSequence ? 40 : 0) + strip
  return (
    <div className="space-media" style={{ width, height }}>
      <SpaceView
        {...{ value, frame, name, width, camera }}
        height={height - foot}
        look={PLAIN_LOOK}
        onCamera={(place, isDone) => isDone && setCamera(place)}
      />
      {strip > 0 && frame && <CameraStrip frame={frame} filter={PLAIN_LOOK} />}
      {isLarge && isSequence && <Timeline frames={frames} time={time} onTime={setTime} />}
    </div>
  )
}
