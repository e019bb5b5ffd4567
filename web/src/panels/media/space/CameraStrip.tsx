/** What the cameras of a frame saw, with the boxes of the scene where each of them sees them. */

import { fileUrl } from '../../../data/run'
import { Missing } from '../Missing'
import { type SceneFrame, thumbnail } from '../values'
import { type BoxFilter, cornersOf3D, edgesOf, projected, shownBoxes3D } from './boxes'
import { labelColour } from './stage'

const WIDTH_PX = 320

export function CameraStrip({ frame, filter }: { frame: SceneFrame; filter: BoxFilter }) {
  const boxes = shownBoxes3D(frame.boxes, filter)
  return (
    // It scrolls sideways, so the keyboard must reach it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="cam-strip" tabIndex={0} role="group" aria-label="Cameras">
      {frame.cameras.map(camera => (
        <figure key={camera.name}>
          {camera.image.url === '' ? (
            <Missing file={camera.image} />
          ) : (
            <img src={fileUrl(thumbnail(camera.image, WIDTH_PX))} alt={`Seen by ${camera.name}`} />
          )}
          {camera.width > 0 && camera.height > 0 && (
            <svg viewBox={`0 0 ${camera.width} ${camera.height}`} aria-hidden="true">
              {boxes.flatMap((box, i) => {
                const seen = cornersOf3D(box).map(corner => projected(corner, camera))
                return edgesOf(box).flatMap(([a, b]) => {
                  const [from, to] = [seen[a], seen[b]]
                  if (!from || !to) return []
                  return [
                    <line
                      key={`${i} ${a} ${b}`}
                      x1={from[0]}
                      y1={from[1]}
                      x2={to[0]}
                      y2={to[1]}
                      stroke={box.color ? `rgb(${box.color.join(',')})` : labelColour(box.label || box.layer)}
                    />,
                  ]
                })
              })}
            </svg>
          )}
          <figcaption>{camera.name}</figcaption>
        </figure>
      ))}
    </div>
  )
}
