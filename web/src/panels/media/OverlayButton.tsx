/** What lies over the pictures: groups of masks and boxes, their classes, how strong, and from which score on. */

import { IconButton } from '../../ui/Button'
import { Checkbox, Slider, Switch } from '../../ui/controls'
import { Popover } from '../../ui/Popover'
import type { Overlays } from '../schema'
import { classColour, isShown, type Layer, OPACITY, scoresOf, toggleClass, toggleGroup } from './classes'
import type { ImageValue } from './values'

export interface OverlayProps {
  layers: readonly Layer[]
  images: readonly ImageValue[]
  overlays: Overlays
  onChange: (next: Overlays, options?: { replace?: boolean }) => void
}

export function OverlayButton(props: OverlayProps) {
  return (
    <Popover
      align="end"
      label="Masks and boxes"
      className="overlay-pop"
      trigger={<IconButton small icon="layers" label="Masks and boxes" />}
    >
      <OverlayFields {...props} />
    </Popover>
  )
}

/** Without fields that say the default. */
function said(overlays: Overlays): Overlays {
  const { masks, boxes, is_outline: isOutline, scores, ...rest } = overlays
  return {
    ...rest,
    ...(masks === false ? { masks } : {}),
    ...(boxes === false ? { boxes } : {}),
    ...(isOutline ? { is_outline: true } : {}),
    ...(scores && Object.keys(scores).length > 0 ? { scores } : {}),
  }
}

export function OverlayFields({ layers, images, overlays, onChange }: OverlayProps) {
  const { masks = true, boxes = true, is_outline: isOutline = false, opacity = OPACITY, scores = {} } = overlays
  const hasMasks = layers.some(layer => layer.classes.some(one => one.hasMask)) || images.some(i => i.masks.length > 0)
  const hasBoxes = images.some(image => image.boxes.length > 0)
  const ranges = scoresOf(images)
  return (
    <div className="overlay-fields">
      {hasMasks && (
        <div className="row">
          <span>Masks</span>
          <Switch label="Masks" isOn={masks} onChange={on => onChange(said({ ...overlays, masks: on }))} />
        </div>
      )}
      {hasMasks && (
        <div className="row">
          <span>Outline only</span>
          <Switch
            label="Outline only"
            isOn={isOutline}
            onChange={on => onChange(said({ ...overlays, is_outline: on }))}
          />
        </div>
      )}
      {hasMasks && (
        <div className="row">
          <span>Opacity</span>
          <Slider
            label="Opacity of masks"
            value={opacity}
            onChange={next => onChange(said({ ...overlays, opacity: Math.round(next * 100) / 100 }), { replace: true })}
          />
        </div>
      )}
      {hasBoxes && (
        <div className="row">
          <span>Boxes</span>
          <Switch label="Boxes" isOn={boxes} onChange={on => onChange(said({ ...overlays, boxes: on }))} />
        </div>
      )}
      {ranges.map(({ name, low, high }) => (
        <div key={name} className="row">
          <span className="cut" title={name}>
            {name} ≥ {(scores[name] ?? low).toFixed(2)}
          </span>
          <Slider
            label={`Lowest ${name}`}
            value={scores[name] ?? low}
            min={low}
            max={high > low ? high : low + 1}
            step={(high - low || 1) / 100}
            onChange={next => {
              const { [name]: _, ...others } = scores
              onChange(said({ ...overlays, scores: next <= low ? others : { ...others, [name]: next } }), {
                replace: true,
              })
            }}
          />
        </div>
      ))}
      {layers.map(({ group, classes }) => {
        const isHidden = overlays.hidden?.includes(group) ?? false
        return (
          <fieldset key={group}>
            <legend>
              <Checkbox
                label={`Group ${group}`}
                value={!isHidden}
                onChange={() => onChange(said(toggleGroup(overlays, group)))}
              />
              <b className="cut">{group}</b>
            </legend>
            {classes.map(({ label, boxCount }) => (
              <button
                key={label.id}
                type="button"
                className="overlay-class"
                aria-pressed={isShown(overlays, group, label)}
                disabled={isHidden}
                onClick={() => onChange(said(toggleClass(overlays, group, label)))}
              >
                <i style={{ background: classColour(label.id) }} />
                <span className="cut">{label.name}</span>
                {boxCount > 0 && <span className="t3 num">{boxCount}</span>}
              </button>
            ))}
          </fieldset>
        )
      })}
    </div>
  )
}
