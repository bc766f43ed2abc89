import { PageSkeleton } from "../../../shell/shell-skeleton.tsx";

export default PageSkeleton;
