/** Aliases as stamped marks, tags as plain words. */

import { cx } from '../../ui/cx'

export function Marks({ aliases, small }: { aliases: readonly string[]; small?: boolean }) {
  return aliases.map(alias => (
    <span
      key={alias}
      className={cx('mark', small && 'sm', alias === 'production' && 'production', alias === 'staging' && 'staging')}
    >
      {alias === 'production' && <i className="bead" />}
      {alias}
    </span>
  ))
}
