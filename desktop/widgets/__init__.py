"""The kit every page is made from; each module's docstring shows how to use what is in it.

base: Label Box Rule Icon row column scrolled · buttons: Button ChipRow CheckBox Tag Tabs
inputs: TextInput ChoiceInput DateInput NotesInput · fields: Field SearchBox
notes: FindingLine LinkRow Band Notice EmptyState ProgressLine StatusLine KeyValues
panel: Panel Section AmountLine Card SectionTitle Fold Steps · timeline: Timeline
dropzone: DropZone · previews: PdfPreview ImageView ImageDesk thumbnail
"""
