/** Pictures on buttons, drawn here since not every system has letters for them. */
const PATHS = {
  play: 'M7 4l14 8-14 8z',
  pause: 'M6 4h4v16H6zM14 4h4v16h-4z',
  next: 'M5 4l11 8-11 8zM17 4h3v16h-3z',
  previous: 'M19 4L8 12l11 8zM4 4h3v16H4z',
};

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
