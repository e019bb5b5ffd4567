import { keyCaps } from './keys'

/** A shortcut as key caps: `<Kbd keys="mod+k" />`, `<Kbd keys="g h" />`. */
export function Kbd({ keys }: { keys: string }) {
  return (
    <span className="kbds" aria-hidden="true">
      {keyCaps(keys).map((cap, index) => (
        // The same key may stand twice; its place tells the two apart.
        // oxlint-disable-next-line react/no-array-index-key
        <span className="kbd" key={`${index}${cap}`}>
          {cap}
        </span>
      ))}
    </span>
  )
}
