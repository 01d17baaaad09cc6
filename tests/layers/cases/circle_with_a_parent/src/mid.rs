mod crowd;
mod track;
